using System.Globalization;
using Rig.Domain.Operations;

namespace Rig.Ctl.Operations;

/// <summary>Where a node's operations port is.</summary>
internal sealed record NodeAddress(string Host, int Port)
{
    public static readonly NodeAddress Local = new("127.0.0.1", OperationsHttp.DefaultPort);

    /// <summary><c>host</c> or <c>host:port</c>.</summary>
    public static bool TryParse(string text, out NodeAddress address)
    {
        address = Local;
        if (!Uri.TryCreate("tcp://" + text, UriKind.Absolute, out var parsed) || parsed.Host.Length == 0 || parsed.PathAndQuery.Length > 1 || parsed.UserInfo.Length > 0 || parsed.Port == 0)
        {
            return false;
        }

        address = new NodeAddress(parsed.Host, parsed.Port > 0 ? parsed.Port : OperationsHttp.DefaultPort);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
