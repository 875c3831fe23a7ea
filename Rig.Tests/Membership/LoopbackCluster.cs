using static Rig.Tests.Membership.AcrossNodes;

namespace Rig.Tests.Membership;

/// <summary>Nodes of one cluster for one test, quick in everything that can be waited for.</summary>
/// <param name="seeds">The first of them founds the cluster.</param>
internal sealed class LoopbackCluster(params string[] seeds) : IAsyncDisposable
{
    /// <summary>As it is by default, and not as <see cref="LoopbackNodes"/> has it: a system that is told to terminate leaves its cluster first.</summary>
    public const string LeavesWhenTerminated = "akka.coordinated-shutdown.run-by-actor-system-terminate = on";

    public LoopbackNodes Nodes { get; } = new();

    public static NodeCluster ClusterOf(ActorSystem system) => NodeCluster.Get(system);

    /// <summary>A node with the role "camera" and one that is called as it is.</summary>
    public ActorSystem Start(string name, string config = "") => Nodes.Start(name, $$"""
        akka {
          actor.provider = cluster
          cluster {
            seed-nodes = [{{string.Join(", ", seeds.Select(seed => $"\"{Nodes.AddressOf(seed)}\""))}}]
            roles = [camera, role-{{name}}]
            seed-node-timeout = 500 ms
            retry-unsuccessful-join-after = 500 ms
            periodic-tasks-initial-delay = 100 ms
            gossip-interval = 100 ms
            leader-actions-interval = 100 ms
            unreachable-nodes-reaper-interval = 100 ms
            allow-weakly-up-members = off
            failure-detector {
              heartbeat-interval = 200 ms
              expected-response-after = 400 ms
              min-std-deviation = 50 ms
              acceptable-heartbeat-pause = 1 s
            }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 700 ms }
            down-removal-margin = 1 s
            singleton.hand-over-retry-interval = 200 ms
            singleton-proxy.singleton-identification-interval = 200 ms
            pub-sub.gossip-interval = 200 ms
          }
        }
        {{config}}
        """);

    /// <summary>Nodes that start together.</summary>
    public Task<ActorSystem[]> FormAsync(params string[] names) => FormWithAsync("", names);

    public async Task<ActorSystem[]> FormWithAsync(string config, params string[] names)
    {
        var nodes = names.Select(name => Start(name, config)).ToArray();
        await UpAsync(nodes.Length, nodes);
        return nodes;
    }

    public static Task UpAsync(int count, params ActorSystem[] nodes) => EventuallyAsync(
        () => nodes.Select(node => ClusterOf(node).State.Members)
            .All(members => members.Count == count && members.All(member => member.Status == MemberStatus.Up)),
        $"{count} members are up");

    public ValueTask DisposeAsync() => Nodes.DisposeAsync();
}
