using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>How this machine calls another of the rig.</summary>
public static class MachineHttp
{
    /// <summary>The header by which a machine without a certificate says what it is: <c>node</c> or <c>server</c>. Believed only where plain machines are allowed.</summary>
    public const string PlainMachineHeader = "X-Rig-Machine";

    /// <summary>
    /// Shows this machine's certificate, and talks only to a machine of the rig that is <paramref name="expected"/>. Nothing of a
    /// request is sent before that is sure.
    /// </summary>
    public static void UseMachines(this SocketsHttpHandler handler, RigTrust trust, Func<MachineIdentity, bool> expected)
    {
        handler.AllowAutoRedirect = false;
        handler.UseProxy = false;
        handler.UseCookies = false;
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
            LocalCertificateSelectionCallback = (_, _, _, _, _) => trust.Current?.Machine!,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                trust.Identify(certificate as X509Certificate2, out _) is { } other && expected(other),
        };
    }
}
