using Rig.Engine.Actor;

namespace Rig.Engine.Routing;

/// <summary>How a router spreads messages over its routees.</summary>
public abstract class RouterConfig
{
    private protected RouterConfig()
    {
    }

    internal abstract Props RouterProps(Props routee, ActorSystemImpl system);
}

/// <summary>A router that makes its routees, as its children, all from the same <see cref="Props"/>.</summary>
public abstract class Pool : RouterConfig
{
    private protected Pool(int nrOfInstances, SupervisorStrategy? supervisorStrategy)
    {
        if (nrOfInstances < 1)
            throw new ArgumentOutOfRangeException(nameof(nrOfInstances), nrOfInstances, "A pool has at least one routee.");
        NrOfInstances = nrOfInstances;
        SupervisorStrategy = supervisorStrategy ?? DefaultSupervisorStrategy;
    }

    /// <summary>Failures go up to the router's own supervisor.</summary>
    public static SupervisorStrategy DefaultSupervisorStrategy { get; } = new OneForOneStrategy(_ => Directive.Escalate);

    public int NrOfInstances { get; }

    public SupervisorStrategy SupervisorStrategy { get; }

    public Props Props(Props routeeProps) => routeeProps.WithRouter(this);

    internal override Props RouterProps(Props routee, ActorSystemImpl system) =>
        Rig.Engine.Actor.Props.Create(typeof(PoolRouterActor), () => new PoolRouterActor(this, routee)).WithSupervisorStrategy(SupervisorStrategy);

    /// <summary>The index of the routee that takes the next message.</summary>
    /// <param name="count">Routees alive.</param>
    /// <param name="turn">Messages routed before.</param>
    internal abstract int Select(int count, long turn);
}

/// <summary>Each routee in turn.</summary>
public sealed class RoundRobinPool : Pool
{
    public RoundRobinPool(int nrOfInstances)
        : base(nrOfInstances, null)
    {
    }

    private RoundRobinPool(int nrOfInstances, SupervisorStrategy strategy)
        : base(nrOfInstances, strategy)
    {
    }

    public RoundRobinPool WithSupervisorStrategy(SupervisorStrategy strategy) => new(NrOfInstances, strategy);

    internal override int Select(int count, long turn) => (int)(turn % count);
}

public class RouterEnvelope(object message) : IWrappedMessage
{
    public object Message { get; } = message;
}

/// <summary>Goes to every routee.</summary>
public class Broadcast(object message) : RouterEnvelope(message);

/// <summary>Stands before the routees; stops when none is left.</summary>
internal sealed class PoolRouterActor(Pool pool, Props routeeProps) : UntypedActor
{
    private readonly List<IActorRef> _routees = [];
    private long _turn;

    protected override void PreStart()
    {
        for (var i = 0; i < pool.NrOfInstances; i++)
            _routees.Add(Context.Watch(Context.ActorOf(routeeProps)));
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        // The routees are restarted with the router, not replaced.
    }

    protected override void PostRestart(Exception reason) => _routees.AddRange(Context.GetChildren());

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                _routees.Remove(terminated.ActorRef);
                if (_routees.Count == 0)
                    Context.Stop(Self);
                break;
            case Broadcast broadcast:
                foreach (var routee in _routees)
                    routee.Tell(broadcast.Message, Sender);
                break;
            default:
                _routees[pool.Select(_routees.Count, _turn++)].Tell(message, Sender);
                break;
        }
    }
}
