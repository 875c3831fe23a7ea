using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Rig.Hosting.Trust;

/// <summary>How Kestrel listens with the machine's certificate.</summary>
public static class MachinePort
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The port where other machines call; nothing where this machine is not enrolled.</summary>
    public static void ListenForMachines(this KestrelServerOptions kestrel, RigTrust trust, IPAddress address, Action<ListenOptions>? configure = null)
    {
        if (!trust.IsEnrolled)
        {
            return;
        }

        kestrel.Listen(address, trust.Options.MachinePort, listen =>
        {
            configure?.Invoke(listen);
            listen.UseHttps(https =>
            {
                // Asked at each handshake, so that a renewed certificate needs no restart.
                https.ServerCertificateSelector = (_, _) => trust.Current?.Machine;
                https.SslProtocols = Protocols;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => trust.Identify(certificate, out _) is not null;
            });
        });
    }
}
