using Rig.Engine.Actor;

namespace Rig.Engine.Streams.Implementation;

/// <summary>
/// Runs the stages of one stream, fused: an event is a method call, in the order in which the events came about. It is driven by
/// one actor, so only one thread is in here at a time.
/// </summary>
internal sealed class Interpreter(ActorSystemImpl system)
{
    /// <summary>Events of one turn before other actors get theirs.</summary>
    private const int TurnEvents = 1000;

    private readonly Queue<Connection> events = new();
    private readonly List<StageLogic> stages = [];
    private readonly Queue<StageLogic> added = new();
    private readonly Lock gate = new();
    private readonly List<AsyncInput> early = [];
    private IActorRef? self;

    public ActorSystemImpl System { get; } = system;

    public TimeSpan Now => System.Scheduler.MonotonicClock;

    public bool IsCompleted => stages.Count == 0 && added.Count == 0;

    public bool HasEvents => events.Count > 0;

    public TStage Add<TStage>(TStage stage)
        where TStage : StageLogic
    {
        added.Enqueue(stage);
        return stage;
    }

    public void Connect<T>(Outlet<T> outlet, Inlet<T> inlet)
    {
        var edge = new Connection<T>(this, outlet, inlet);
        outlet.Attach(edge);
        inlet.Attach(edge);
    }

    public void Enqueue(Connection edge)
    {
        if (edge.IsQueued)
            return;
        edge.IsQueued = true;
        events.Enqueue(edge);
    }

    /// <summary>Starts what was added since the last start.</summary>
    public void StartAdded()
    {
        while (added.TryDequeue(out var stage))
        {
            stages.Add(stage);
            Run(stage, stage, static starting => starting.PreStart());
        }
    }

    public void RunEvents()
    {
        for (var left = TurnEvents; left > 0 && events.TryDequeue(out var edge); left--)
        {
            edge.IsQueued = false;
            edge.Process();
        }
    }

    /// <summary>Runs a handler of the stage; what it throws fails the stage.</summary>
    public void Run<TState>(StageLogic stage, TState state, Action<TState> handler)
    {
        if (stage.IsFinished)
            return;
        try
        {
            handler(state);
        }
        catch (Exception failure)
        {
            stage.FailStage(failure);
        }

        if (!stage.HasOpenPorts)
            Finish(stage, abrupt: null);
    }

    /// <summary>The stream's first turn; what was posted before comes first.</summary>
    public void Start(IActorRef actor)
    {
        lock (gate)
        {
            early.ForEach(input => actor.Tell(input, ActorRefs.NoSender));
            early.Clear();
            Volatile.Write(ref self, actor);
        }

        StartAdded();
    }

    /// <summary>From any thread, also before the stream has started.</summary>
    public void Post(StageLogic stage, Action handler)
    {
        var input = new AsyncInput(stage, handler);
        if (Volatile.Read(ref self) is { } actor)
        {
            actor.Tell(input, ActorRefs.NoSender);
            return;
        }

        lock (gate)
        {
            if (self is { } started)
                started.Tell(input, ActorRefs.NoSender);
            else
                early.Add(input);
        }
    }

    public void ScheduleOnce(StageLogic stage, TimeSpan delay, Action action) =>
        System.Scheduler.ScheduleTellOnce(delay, self!, new AsyncInput(stage, action), ActorRefs.NoSender);

    /// <summary>The actor ends with stages still running.</summary>
    public void Abort()
    {
        foreach (var stage in stages.Concat(added).ToList())
            Finish(stage, new AbruptStageTerminationException(stage.ToString()));
        added.Clear();
    }

    private void Finish(StageLogic stage, Exception? abrupt)
    {
        stage.IsFinished = true;
        stages.Remove(stage);
        stage.PostStop(abrupt);
    }

    /// <summary>Something from outside the stream's turn.</summary>
    internal sealed record AsyncInput(StageLogic Stage, Action Handler) : INoSerializationVerificationNeeded, Event.IDeadLetterSuppression;
}
