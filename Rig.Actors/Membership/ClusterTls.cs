using System.Net;
using Akka.Remote.Hosting;
using Rig.Hosting.Trust;

namespace Rig.Actors.Membership;

/// <summary>
/// Remoting over TLS with the rig's certificates on both sides: nobody joins, and nobody sends an actor a message, who has none. A
/// node that is not enrolled is plain, and only where no other machine can reach it or its configuration says so.
/// </summary>
public static class ClusterTls
{
    /// <summary>Why a node may not open its cluster port; null where it may.</summary>
    /// <param name="host">Its address in the cluster.</param>
    /// <param name="command">That enrols this program, such as <c>rig-node trust join</c>.</param>
    public static string? Refusal(bool isEnrolled, bool allowsPlain, string host, string command) =>
        isEnrolled || allowsPlain || IsLoopback(host) ? null
        : $"This machine is not enrolled, and its cluster port at {host} would take orders from anybody in the network. Enrol it: '{command}' (docs/guide/enrolment.md)."
            + $" {TrustOptions.Section}:{nameof(TrustOptions.AllowPlainMachines)}=true starts it without protection.";

    /// <summary>What an address of the cluster begins with; members with another are no members.</summary>
    internal static string Protocol(RigTrust trust) => trust.IsEnrolled ? "akka.ssl.tcp" : "akka.tcp";

    internal static void Apply(RemoteOptions remote, RigTrust trust)
    {
        if (trust.Current is not { } enrolled)
        {
            return;
        }

        remote.EnableSsl = true;
        remote.Ssl = new SslOptions
        {
            X509Certificate = enrolled.Machine,
            SuppressValidation = false,
            RequireMutualAuthentication = true,
            ValidateCertificateHostname = false,
            CustomValidator = (certificate, _, peer, _, log) =>
            {
                var known = trust.Identify(certificate, out var why);
                if (known is null)
                {
                    log.Warning("{0} is kept out of the cluster: {1}.", peer, why);
                }

                return known is not null;
            },
        };
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
