using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>What the trust folder holds, read again whenever a file of it changes: commands and the program work on the same folder.</summary>
/// <param name="Revoked">Null where no list came yet.</param>
public sealed record EnrolledMachine(MachineIdentity Self, X509Certificate2 Machine, X509Certificate2 Authority, RevocationList? Revoked);

/// <summary>Who of the machines is who, by the rig's authority. docs/design/security.md, "Machines".</summary>
public sealed class RigTrust(IOptions<TrustOptions> options, TimeProvider time, ILogger<RigTrust> log)
{
    private readonly Lock gate = new();
    private (DateTime Machine, DateTime Revoked) stamps;
    private EnrolledMachine? current;

    public TrustFolder Folder { get; } = new(options.Value.Directory);

    public TrustOptions Options => options.Value;

    public bool AllowsPlain => options.Value.AllowPlainMachines;

    public bool IsEnrolled => Current is not null;

    /// <summary>Null while this machine is not enrolled.</summary>
    /// <exception cref="InvalidDataException">The folder was never readable; once it was, a broken change is logged and the former state stays.</exception>
    public EnrolledMachine? Current
    {
        get
        {
            lock (gate)
            {
                var now = (File.GetLastWriteTimeUtc(Folder.MachineFile), File.GetLastWriteTimeUtc(Folder.RevokedFile));
                if (now != stamps)
                {
                    Read();
                    stamps = now;
                }

                return current;
            }
        }
    }

    /// <summary>Keeps a list that is the authority's and newer than what this machine knows.</summary>
    public bool Take(ReadOnlySpan<byte> json)
    {
        lock (gate)
        {
            if (Current is not { } enrolled || RevocationList.Read(json, enrolled.Authority) is not { } list || list.Number <= (enrolled.Revoked?.Number ?? 0))
            {
                return false;
            }

            Folder.KeepRevoked(list);
            return true;
        }
    }

    /// <summary>Whose certificate that is.</summary>
    /// <param name="why">Why it is nobody's, for the log; never for who asks.</param>
    public MachineIdentity? Identify(X509Certificate2? certificate, out string why)
    {
        if (certificate is null || Current is not { } enrolled)
        {
            why = certificate is null ? "it shows no certificate" : "this machine is not enrolled";
            return null;
        }

        return MachineCheck.Identify(certificate, enrolled.Authority, enrolled.Revoked, time.GetUtcNow(), out why);
    }

    private void Read()
    {
        try
        {
            if (!Folder.IsEnrolled)
            {
                current = null;
                return;
            }

            var (machine, authority) = (Folder.ReadMachine(), Folder.ReadAuthority());
            current = new EnrolledMachine(
                MachineIdentity.Of(machine) ?? throw new InvalidDataException($"{Folder.MachineFile} names no machine of a rig. Enrol this machine again."),
                machine, authority, Folder.ReadRevoked(authority));
        }
        catch (InvalidDataException broken) when (current is not null)
        {
            log.LogError(broken, "The trust folder changed and cannot be read. What it held before stays in force.");
        }
    }
}
