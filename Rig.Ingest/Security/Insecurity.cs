using System.Net;
using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Trust;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Security;

/// <summary>What the configuration leaves open, for the people who may see it: the page and the state of health say it.</summary>
public sealed class Insecurity(ApiKeys keys, IOptions<SecurityOptions> security, IOptions<TrustOptions> trust, IOptions<ServerOptions> server)
{
    /// <summary>A sentence each; none when nothing is open.</summary>
    public IReadOnlyList<string> Sentences => [.. Found()];

    private IEnumerable<string> Found()
    {
        if (trust.Value.AllowPlainMachines)
        {
            yield return keys.IsEmpty
                ? "Any program on the network may bring recordings, without a key or a certificate (Rig:Trust:AllowPlainMachines)."
                : "Machines without a certificate are believed (Rig:Trust:AllowPlainMachines).";
        }

        if (security.Value.ServesPlain(trust.Value) && !(IPAddress.TryParse(server.Value.Host, out var address) && IPAddress.IsLoopback(address)))
        {
            yield return $"This page comes over plain HTTP to whoever asks so: whoever shares the network can read passwords and watch along ({(security.Value.PlainHttp ? "Rig:Security:PlainHttp" : "Rig:Trust:AllowPlainMachines")}).";
        }
    }
}
