namespace Rig.Hosting.Trust;

/// <summary>
/// Configuration section <c>Rig:Trust</c>: how machines of the rig know one another. A machine is enrolled while
/// <see cref="Directory"/> holds its certificate; docs/guide/enrolment.md says how it gets one.
/// </summary>
public sealed class TrustOptions
{
    public const string Section = "Rig:Trust";

    public const int DefaultMachinePort = 8443;

    /// <summary>The trust folder. Its default is the program's own, such as <c>/var/lib/rig-node/trust</c>.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// Port where an enrolled machine answers others of the rig: TLS, and only to a certificate of the rig's authority. 0 takes any
    /// free one.
    /// </summary>
    public int MachinePort { get; set; } = DefaultMachinePort;

    /// <summary>
    /// True believes machines without a certificate, over plain HTTP and in the cluster: a request with the header <c>X-Rig-Machine</c>
    /// is then taken for a node's or a server's. For rigs with programs that know no certificates; shown as insecure.
    /// </summary>
    public bool AllowPlainMachines { get; set; }

    public IEnumerable<string> Errors()
    {
        if (!Path.IsPathFullyQualified(Directory))
        {
            yield return $"{Section}:{nameof(Directory)} is '{Directory}'; use a full path, such as /var/lib/rig-node/trust.";
        }

        if (MachinePort is < 0 or > 65535)
        {
            yield return $"{Section}:{nameof(MachinePort)} is {MachinePort}; use 1 to 65535, or 0 for any free port.";
        }
    }
}
