using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>Both ends of an enrolment, whichever way request and reply travel.</summary>
internal static class Enrolling
{
    /// <summary>On the authority's machine.</summary>
    /// <exception cref="InvalidDataException">The request is none, or the authority is not here.</exception>
    public static EnrolmentReply Answer(TrustFolder folder, MachineIdentity identity, string requestPem, string? authorityUrl, TimeProvider time)
    {
        using var certificate = new Issuing(folder, time).Issue(identity, requestPem, replaces: true);
        using var authority = folder.ReadAuthority();
        var revoked = folder.ReadRevoked(authority) is { } list ? JsonDocument.Parse(list.ToUtf8Json()).RootElement : (JsonElement?)null;
        return new EnrolmentReply(certificate.ExportCertificatePem(), authority.ExportCertificatePem(), revoked, authorityUrl);
    }

    /// <summary>On the machine that joins. The certificate is kept last: only with it the machine counts as enrolled.</summary>
    /// <exception cref="InvalidDataException">The reply does not fit; nothing changed.</exception>
    public static MachineIdentity Accept(TrustFolder folder, EnrolmentReply reply, string keyPem)
    {
        try
        {
            using var authority = X509Certificate2.CreateFromPem(reply.Authority);
            if (folder.IsEnrolled)
            {
                using var known = folder.ReadAuthority();
                if (!known.RawData.AsSpan().SequenceEqual(authority.RawData))
                {
                    throw new InvalidDataException($"This machine belongs to another rig ({folder.Path}). Move that folder away to leave it.");
                }
            }

            using var machine = X509Certificate2.CreateFromPem(reply.Certificate, keyPem);
            var revoked = reply.Revoked is { } list ? RevocationList.Read(Encoding.UTF8.GetBytes(list.GetRawText()), authority) : null;
            if (MachineCheck.Identify(machine, authority, revoked, InForce(machine), out var why) is not { } identity)
            {
                throw new InvalidDataException($"The reply's certificate does not count: {why}.");
            }

            folder.KeepAuthority(authority);
            if (revoked is not null)
            {
                folder.KeepRevoked(revoked);
            }

            if (Uri.TryCreate(reply.AuthorityUrl, UriKind.Absolute, out var url))
            {
                folder.AuthorityUrl = url;
            }

            folder.KeepMachine(machine, keyPem);
            return identity;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException("The reply is not for this machine's request, or is damaged. Begin again with 'trust request'.", e);
        }
    }

    /// <summary>A moment at which it is in force: a machine that joins has no clock that could be trusted yet.</summary>
    public static DateTimeOffset InForce(X509Certificate2 certificate) => new DateTimeOffset(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero).AddMinutes(1);
}
