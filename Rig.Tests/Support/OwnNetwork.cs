using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;

namespace Rig.Tests.Support;

/// <summary>This machine as others in its network see it: who calls it by its address there comes from that address.</summary>
internal static class OwnNetwork
{
    public const string Missing = "this machine has no address but loopback";

    /// <summary>Null on a machine without a network.</summary>
    public static IPAddress? Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address))
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    /// <summary>A browser whose person went past the warning of a certificate that nobody vouches for.</summary>
    public static HttpClient Browser(Uri address, params (string Name, string Value)[] headers)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        })
        {
            BaseAddress = address,
        };
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.Add(name, value);
        }

        return client;
    }
}
