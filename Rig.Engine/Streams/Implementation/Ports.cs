namespace Rig.Engine.Streams.Implementation;

internal abstract class Port(StageLogic owner)
{
    public StageLogic Owner { get; } = owner;

    /// <summary>Ends this side; harmless when it has ended.</summary>
    public abstract void Close(Exception? cause);
}

/// <summary>A stage's input. Its handlers run within the stream's turn.</summary>
internal sealed class Inlet<T> : Port
{
    private Connection<T>? connection;

    public Inlet(StageLogic owner)
        : base(owner)
    {
        OnUpstreamFinish = owner.CompleteStage;
        OnUpstreamFailure = owner.FailStage;
        owner.AddInlet(this);
    }

    public Action OnPush { get; set; } = static () => { };

    public Action OnUpstreamFinish { get; set; }

    public Action<Exception> OnUpstreamFailure { get; set; }

    public bool IsClosed => Edge.IsInClosed;

    public bool HasBeenPulled => Edge.HasBeenPulled;

    public bool IsAvailable => Edge.HasElement;

    private Connection<T> Edge => connection ?? throw new InvalidOperationException($"An input of {Owner} is not connected.");

    public void Attach(Connection<T> edge) => connection = edge;

    public void Pull() => Edge.Pull();

    public void TryPull()
    {
        if (!IsClosed && !HasBeenPulled)
            Edge.Pull();
    }

    public T Grab() => Edge.Grab();

    public void Cancel() => Edge.Cancel(CancelReason.NoMoreElementsNeeded);

    public override void Close(Exception? cause) => Edge.Cancel(cause ?? CancelReason.StageWasCompleted);
}

/// <summary>A stage's output.</summary>
internal sealed class Outlet<T> : Port
{
    private Connection<T>? connection;

    public Outlet(StageLogic owner)
        : base(owner)
    {
        OnDownstreamFinish = owner.CancelStage;
        owner.AddOutlet(this);
    }

    public Action OnPull { get; set; } = static () => { };

    public Action<Exception> OnDownstreamFinish { get; set; }

    public bool IsClosed => Edge.IsOutClosed;

    public bool IsAvailable => Edge.IsOutAvailable;

    private Connection<T> Edge => connection ?? throw new InvalidOperationException($"An output of {Owner} is not connected.");

    public void Attach(Connection<T> edge) => connection = edge;

    public void Push(T element) => Edge.Push(element);

    public void Complete() => Edge.Complete();

    public override void Close(Exception? cause)
    {
        if (cause is null)
            Edge.Complete();
        else
            Edge.Fail(cause);
    }
}
