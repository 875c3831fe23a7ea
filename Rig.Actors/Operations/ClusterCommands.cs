using System.Text.Json.Nodes;
using Rig.Hosting.Operations;

namespace Rig.Actors.Operations;

/// <summary>What an operator sees of the cluster and asks of it.</summary>
public static class ClusterCommands
{
    /// <param name="cluster">The clustered actor system; null while there is none.</param>
    public static OperatorPalette AddCluster(this OperatorPalette palette, Func<ActorSystem?> cluster)
    {
        return palette
            .Add("cluster show", _ => Show(Find()))
            .Add("cluster join", arguments => Do(arguments, (found, address) => found.Join(address)))
            .Add("cluster leave", arguments => Do(arguments, (found, address) => found.Leave(address)))
            .Add("cluster down", arguments => Do(arguments, (found, address) => found.Down(address)));

        Cluster Find() => cluster() is { } system
            ? Cluster.Get(system)
            : throw new CommandFailedException("This node has no cluster system right now. If it should, look at 'log tail'; another try is made within 15 s.");

        IEnumerable<JsonObject> Do(CommandArguments arguments, Action<Cluster, Address> action)
        {
            var found = Find();
            var address = arguments.Text("address") is { } text ? Parse(text, found.SelfAddress) : found.SelfAddress;
            action(found, address);
            yield return new JsonObject { ["address"] = HostPort(address), ["asked"] = true, ["next"] = "cluster show" };
        }
    }

    private static List<JsonObject> Show(Cluster cluster)
    {
        var state = cluster.State;
        return [.. state.Members.OrderBy(member => member.Address.ToString(), StringComparer.Ordinal).Select(member => new JsonObject
        {
            ["address"] = HostPort(member.Address),
            ["status"] = member.Status.ToString().ToLowerInvariant(),
            ["reachable"] = !state.Unreachable.Contains(member),
            ["roles"] = string.Join(' ', member.Roles.Order(StringComparer.Ordinal)),
            ["leader"] = member.Address.Equals(state.Leader),
            ["self"] = member.Address.Equals(cluster.SelfAddress),
        })];
    }

    private static string HostPort(Address address) => $"{address.Host}:{address.Port}";

    /// <summary><c>host:port</c>, or the whole address.</summary>
    private static Address Parse(string text, Address self)
    {
        if (text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out var whole) && whole.Port > 0)
        {
            return new Address(whole.Scheme, whole.UserInfo.Length > 0 ? whole.UserInfo : self.System, whole.Host, whole.Port);
        }

        return Uri.TryCreate("tcp://" + text, UriKind.Absolute, out var short_) && short_ is { Port: > 0, PathAndQuery: "/" or "", UserInfo: "" }
            ? new Address(self.Protocol, self.System, short_.Host, short_.Port)
            : throw new CommandFailedException($"'{text}' is no address; use host:port, such as 192.168.1.102:4053.");
    }
}
