using System.Collections.Concurrent;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Cluster;

/// <summary>Where a singleton lives, and how many of it ever lived at once.</summary>
internal sealed class SingletonHosts
{
    private readonly ConcurrentDictionary<string, bool> _living = new();
    private int _mostAtOnce;
    private volatile bool _isEnding;

    /// <summary>The nodes that host it.</summary>
    public IEnumerable<string> Living => _living.Keys.Order();

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>One of them has been told to end.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>Makes the node a possible host of the singleton, which says the node's name to whoever asks.</summary>
    /// <param name="node">Has the role "camera".</param>
    /// <param name="name">What to call it.</param>
    /// <param name="mayEnd">The singleton ends, when it is told to, once this is complete.</param>
    public void Manage(ActorSystem node, string name, Task? mayEnd = null) => node.ActorOf(
        ClusterSingletonManager.Props(
            Props.Create(() => new Singleton(this, name, mayEnd ?? Task.CompletedTask)),
            Ending,
            ClusterSingletonManagerSettings.Create(node).WithRole("camera")),
        "session");

    public static IActorRef ProxyOn(ActorSystem node) =>
        node.ActorOf(ClusterSingletonProxy.Props("/user/session", ClusterSingletonProxySettings.Create(node).WithRole("camera")));

    /// <summary>Asks until it is answered: a question on its way to a host that ends is lost, as any message may be.</summary>
    public static async Task<string> WhereAsync(IActorRef proxy)
    {
        for (var asked = 1; ; asked++)
        {
            try
            {
                return await proxy.Ask<string>("where?", TimeSpan.FromSeconds(1));
            }
            catch (AskTimeoutException) when (asked < Patience.TotalSeconds)
            {
                // Once more.
            }
        }
    }

    private const string Ending = "end";

    private void Born(string name)
    {
        _living[name] = true;
        var count = _living.Count;
        for (var most = MostAtOnce; count > most; most = MostAtOnce)
            Interlocked.CompareExchange(ref _mostAtOnce, count, most);
    }

    private sealed class Singleton : ReceiveActor
    {
        private readonly SingletonHosts _hosts;
        private readonly string _name;

        public Singleton(SingletonHosts hosts, string name, Task mayEnd)
        {
            (_hosts, _name) = (hosts, name);
            Receive<string>(text => text == Ending, _ =>
            {
                hosts._isEnding = true;
                mayEnd.ContinueWith(_ => PoisonPill.Instance, TaskScheduler.Default).PipeTo(Self);
            });
            Receive<string>(_ => Sender.Tell(_name));
        }

        protected override void PreStart() => _hosts.Born(_name);

        protected override void PostStop() => _hosts._living.TryRemove(_name, out _);
    }
}
