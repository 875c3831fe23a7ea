using System.Net;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Settings;

/// <summary>Who this node is and how it is reached. docs/ref/node-api.md lists every key.</summary>
internal sealed class NodeOptions
{
    public const string Section = "Rig:Node";

    public string CameraId { get; set; } = "CAM_C";

    /// <summary>Address that the REST routes and the field UI listen on.</summary>
    public string ListenAddress { get; set; } = "0.0.0.0";

    /// <summary>0 takes any free port.</summary>
    public int Port { get; set; } = 8080;

    /// <summary>Serves plain HTTP to other machines, too; shown as insecure. Programs on this machine may use it in any case.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>Of earlier versions, where true served pages by TLS. They always are now, so it changes nothing.</summary>
    public bool? Https { get; set; }

    /// <summary>How other machines reach the REST routes; empty: the cluster's address and <see cref="Port"/>.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>Further names by which browsers reach this node, such as that of a name server at home; requests under any other name are refused.</summary>
    public string[] Names { get; set; } = [];

    /// <summary>Address of this node in the cluster.</summary>
    public string ClusterHost { get; set; } = "127.0.0.1";

    public int ClusterPort { get; set; } = 4053;

    /// <summary><c>host:port</c> of nodes to join by; empty: this node stays alone.</summary>
    public string[] SeedNodes { get; set; } = [];

    /// <summary>True keeps state and log in memory and off the disk.</summary>
    public bool ProductionMode { get; set; } = true;

    /// <summary>Where development mode writes its log files.</summary>
    public string LogPath { get; set; } = "/var/log/rig";

    /// <summary>Settings changed in the field are kept in this file.</summary>
    public string ConfigPath { get; set; } = "/var/lib/rig-node/config.json";

    /// <summary>Empty: CAM_L, CAM_C and CAM_R.</summary>
    public string[] ExpectedCameras { get; set; } = [];

    /// <summary>True where this node's clock is the rig's; unset: on CAM_C.</summary>
    public bool? IsMaster { get; set; }

    public CameraId Camera => Domain.Identity.CameraId.Parse(CameraId);

    public bool Master => IsMaster ?? CameraId == Domain.Identity.CameraId.Center.Value;

    public IReadOnlyList<CameraId> Expected => ExpectedCameras.Length == 0
        ? [Domain.Identity.CameraId.Left, Domain.Identity.CameraId.Center, Domain.Identity.CameraId.Right]
        : [.. ExpectedCameras.Select(Domain.Identity.CameraId.Parse).Distinct()];

    /// <summary>Plain HTTP is served to other machines: asked for, or for machines that know no certificates.</summary>
    public bool ServesPlain(TrustOptions trust) => PlainHttp || trust.AllowPlainMachines;

    /// <summary>Root of the field UI and the REST routes as other machines reach them.</summary>
    public string BaseUrl(TrustOptions trust)
    {
        var url = PublicBaseUrl.Length > 0 ? new Uri(PublicBaseUrl) : new UriBuilder(Uri.UriSchemeHttp, ListensOnOne ? ListenAddress : ClusterHost, Port).Uri;

        // Only this very port is known to speak https; before another stands a proxy of the operator's.
        var isSecured = !ServesPlain(trust) && !url.IsLoopback && url.Scheme == Uri.UriSchemeHttp && url.Port == Port;
        return (isSecured ? new UriBuilder(url) { Scheme = Uri.UriSchemeHttps }.Uri : url).AbsoluteUri.TrimEnd('/');
    }

    private bool ListensOnOne => IPAddress.TryParse(ListenAddress, out var listen) && !IPAddress.Any.Equals(listen) && !IPAddress.IPv6Any.Equals(listen);

    /// <summary>Root of the machine port, at the host where the REST routes are reached.</summary>
    public string MachineUrl(TrustOptions trust) => new UriBuilder(BaseUrl(trust)) { Scheme = Uri.UriSchemeHttps, Port = trust.MachinePort, Path = "" }.Uri.GetLeftPart(UriPartial.Authority);

    public IEnumerable<string> Errors()
    {
        if (!Domain.Identity.CameraId.TryParse(CameraId, out _))
        {
            yield return $"{Section}:CameraId is '{CameraId}'; use CAM_ and 1 to 8 capital letters or digits, such as CAM_L.";
        }

        if (!IPAddress.TryParse(ListenAddress, out _))
        {
            yield return $"{Section}:ListenAddress is '{ListenAddress}'; use an IP address, or 0.0.0.0 for all.";
        }

        if (Port is < 0 or > 65535)
        {
            yield return $"{Section}:Port is {Port}; use 1 to 65535, or 0 for any free one.";
        }

        if (ClusterPort is < 0 or > 65535)
        {
            yield return $"{Section}:ClusterPort is {ClusterPort}; use 1 to 65535.";
        }

        if (ClusterHost.Length == 0 || Uri.CheckHostName(ClusterHost) == UriHostNameType.Unknown)
        {
            yield return $"{Section}:ClusterHost is '{ClusterHost}'; use this node's address in the rig's network.";
        }

        if (PublicBaseUrl.Length > 0 && !(Uri.TryCreate(PublicBaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return $"{Section}:PublicBaseUrl is '{PublicBaseUrl}'; use a form such as https://192.168.1.102:8080.";
        }

        if (PlainHttp && Https == true)
        {
            yield return $"{Section}:PlainHttp and {Section}:Https contradict each other. Take out {Section}:Https: pages come by https in any case.";
        }

        foreach (var name in Names.Where(n => Uri.CheckHostName(n) == UriHostNameType.Unknown))
        {
            yield return $"{Section}:Names has '{name}'; use a name or an address alone, such as left.example.org.";
        }

        foreach (var seed in SeedNodes.Where(s => !Uri.TryCreate("tcp://" + s, UriKind.Absolute, out var u) || u.Port is <= 0 || u.PathAndQuery.Length > 1 || u.UserInfo.Length > 0))
        {
            yield return $"{Section}:SeedNodes has '{seed}'; use host:port, such as 192.168.1.102:4053.";
        }

        foreach (var camera in ExpectedCameras.Where(c => !Domain.Identity.CameraId.TryParse(c, out _)))
        {
            yield return $"{Section}:ExpectedCameras has '{camera}'; use camera ids such as CAM_L.";
        }

        if (ExpectedCameras.Length > 0 && !ExpectedCameras.Contains(CameraId))
        {
            yield return $"{Section}:ExpectedCameras does not name this camera, {CameraId}.";
        }
    }
}
