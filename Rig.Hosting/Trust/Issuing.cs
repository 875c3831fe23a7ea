using System.Security.Cryptography.X509Certificates;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>What the authority's machine does with its key: makes the authority, gives certificates, takes them back.</summary>
public sealed class Issuing(TrustFolder folder, TimeProvider time)
{
    private static readonly Lock Gate = new();

    /// <summary>Makes the rig's authority and this machine's own certificate.</summary>
    /// <exception cref="InvalidDataException">This machine belongs to a rig already.</exception>
    public void Begin(MachineIdentity self, IEnumerable<string> names)
    {
        if (folder.HasAuthority || folder.IsEnrolled)
        {
            throw new InvalidDataException($"This machine belongs to a rig already ({folder.Path}). Move that folder away to begin a new rig; every machine must then be enrolled again.");
        }

        using var authority = RigAuthority.Create(time);
        folder.KeepAuthority(authority);
        Publish(authority, 1, []);
        var (key, request) = MachineKey.Request(names);
        using var certificate = Issue(self, request, replaces: false);
        folder.KeepMachine(certificate, key);
    }

    /// <summary>A certificate for the machine of that name.</summary>
    /// <param name="replaces">True for a machine that is enrolled: what another of its name had counts no more. False for a renewal: the old one runs out.</param>
    /// <exception cref="InvalidDataException">It is no proper request, or the authority is not here.</exception>
    public X509Certificate2 Issue(MachineIdentity identity, string requestPem, bool replaces)
    {
        lock (Gate)
        {
            using var authority = folder.OpenAuthority(time);
            var certificate = authority.Issue(identity, requestPem);
            if (replaces)
            {
                Revoke(authority, identity.Name);
            }

            folder.KeepIssued([.. folder.ReadIssued(), new IssuedCertificate(identity.Name, certificate.SerialNumber, time.GetUtcNow(), certificate.NotAfter.ToUniversalTime())]);
            return certificate;
        }
    }

    /// <returns>How many certificates count no more that did before.</returns>
    /// <exception cref="InvalidDataException">No certificate of that name was ever given, or the authority is not here.</exception>
    public int Revoke(string name)
    {
        lock (Gate)
        {
            using var authority = folder.OpenAuthority(time);
            return folder.ReadIssued().Any(issued => issued.Name == name)
                ? Revoke(authority, name)
                : throw new InvalidDataException($"No machine '{name}' was ever enrolled. 'trust list' names those that were.");
        }
    }

    private int Revoke(RigAuthority authority, string name)
    {
        var list = folder.ReadRevoked(authority.Certificate);
        var known = list?.Serials ?? [];
        var now = time.GetUtcNow();
        var added = folder.ReadIssued().Where(issued => issued.Name == name && issued.EndsAt > now).Select(issued => issued.Serial).Except(known).ToList();
        if (added.Count > 0)
        {
            Publish(authority, (list?.Number ?? 0) + 1, [.. known, .. added]);
        }

        return added.Count;
    }

    private void Publish(RigAuthority authority, long number, IEnumerable<string> serials) =>
        folder.KeepRevoked(RevocationList.Sign(authority, number, time.GetUtcNow(), serials));
}
