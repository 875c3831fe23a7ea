using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>Whether a certificate is a machine's of the rig, in force now.</summary>
public static class MachineCheck
{
    /// <summary>The machine, or why it is none. Names and addresses play no part: cameras move between networks.</summary>
    public static MachineIdentity? Identify(X509Certificate2 certificate, X509Certificate2 authority, RevocationList? revoked, DateTimeOffset now, out string why)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);

        // The rig's own list is looked at below; there is nobody to ask on a field.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(RigAuthority.ClientAuthentication));
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(RigAuthority.ServerAuthentication));
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        try
        {
            if (!chain.Build(certificate))
            {
                why = string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim()));
                return null;
            }
        }
        catch (CryptographicException e)
        {
            why = e.Message;
            return null;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }

        if (revoked?.Contains(certificate) == true)
        {
            why = "its certificate was revoked";
            return null;
        }

        var identity = MachineIdentity.Of(certificate);
        why = identity is null ? "its certificate names no machine of a rig" : "";
        return identity;
    }
}
