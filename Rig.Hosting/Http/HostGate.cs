using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Http;

/// <summary>
/// Answers only to its own names. A page elsewhere can point a name of its own at this machine (DNS rebinding) and would then count as
/// one of this program's pages; and addresses in answers (<c>Location</c>) are made of the name that was asked.
/// </summary>
public static class HostGate
{
    /// <summary>
    /// Anything else than an allowed name is 421, with no body. Stands before and after forwarded headers are read where a proxy is
    /// believed: both names have to be allowed, for a page that reached the program under a false name can send such headers too.
    /// </summary>
    /// <param name="names">Besides this machine's own addresses; without port, case does not matter.</param>
    public static void UseHostGate(this IApplicationBuilder app, IEnumerable<string> names)
    {
        var allowed = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) =>
        {
            if (IsAllowed(context.Request.Host, allowed, context.Connection.LocalIpAddress))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Allowed are the names, <c>localhost</c>, loopback addresses, and the very address that the connection came to: nobody can
    /// point an address, only a name, at another's machine.
    /// </summary>
    /// <param name="local">Null where the connection has none.</param>
    public static bool IsAllowed(HostString host, IReadOnlySet<string> names, IPAddress? local)
    {
        var name = host.Host.TrimEnd('.');
        if (name.Length == 0)
        {
            return false;
        }

        if (names.Contains(name) || name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return IsWhole(name, out var address) && (IPAddress.IsLoopback(address) || (local is not null && address.Equals(Plain(local))));
    }

    /// <summary>Only as browsers write an address: "1" and "0x7f.1" are addresses to the parser as well.</summary>
    private static bool IsWhole(string name, out IPAddress address)
    {
        if (!IPAddress.TryParse(name, out var parsed))
        {
            address = IPAddress.None;
            return false;
        }

        address = Plain(parsed);
        return parsed.AddressFamily == AddressFamily.InterNetworkV6 ? name.StartsWith('[') : parsed.ToString() == name;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
