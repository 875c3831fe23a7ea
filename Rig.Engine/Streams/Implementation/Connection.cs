namespace Rig.Engine.Streams.Implementation;

/// <summary>
/// One edge between two stages, with room for a single element. Demand goes up, the element comes down, and either side may
/// close; each of these is one event at a time, so an edge needs no queue of its own. The states are those of Akka's interpreter.
/// </summary>
internal abstract class Connection(Interpreter interpreter, StageLogic upstream, StageLogic downstream)
{
    private const int InReady = 1;
    private const int Pulling = 2;
    private const int Pushing = 4;
    private const int OutReady = 8;
    private const int InClosed = 16;
    private const int OutClosed = 32;
    private const int InFailed = 64;

    private int state = InReady;
    private Exception? cause;

    /// <summary>Waits in the interpreter's queue.</summary>
    public bool IsQueued { get; set; }

    public bool IsInClosed => (state & InClosed) != 0;

    public bool IsOutClosed => (state & OutClosed) != 0;

    public bool HasBeenPulled => (state & InReady) == 0;

    public bool IsOutAvailable => (state & (OutReady | OutClosed)) == OutReady;

    protected bool IsInReady => (state & InReady) != 0;

    public void Pull()
    {
        if ((state & InClosed) != 0)
            throw new InvalidOperationException($"{downstream} pulls an input that is closed.");
        if ((state & InReady) == 0)
            throw new InvalidOperationException($"{downstream} pulls an input that it has already pulled.");
        state ^= InReady | Pulling;
        if ((state & OutClosed) == 0)
            interpreter.Enqueue(this);
    }

    /// <summary>The caller has put the element in its place.</summary>
    public void Push()
    {
        if ((state & OutClosed) != 0)
            throw new InvalidOperationException($"{upstream} pushes to an output that is closed.");
        if ((state & OutReady) == 0)
            throw new InvalidOperationException($"{upstream} pushes to an output that was not pulled.");
        state ^= OutReady | Pushing;
        if ((state & InClosed) == 0)
            interpreter.Enqueue(this);
    }

    public void Complete()
    {
        var before = state;
        state |= OutClosed;
        if ((before & (InClosed | Pushing | Pulling | OutClosed)) == 0)
            interpreter.Enqueue(this);
        if ((before & OutClosed) == 0)
            upstream.PortClosed();
    }

    public void Fail(Exception failure)
    {
        var before = state;
        state |= OutClosed;
        if ((before & (InClosed | OutClosed)) == 0)
        {
            state |= InFailed;
            cause = failure;
            if ((before & (Pulling | Pushing)) == 0)
                interpreter.Enqueue(this);
        }

        if ((before & OutClosed) == 0)
            upstream.PortClosed();
    }

    public void Cancel(Exception reason)
    {
        var before = state;
        state |= InClosed;
        if ((before & OutClosed) == 0)
        {
            DropElement();
            cause = reason;
            if ((before & (Pulling | Pushing | InClosed)) == 0)
                interpreter.Enqueue(this);
        }

        if ((before & InClosed) == 0)
            downstream.PortClosed();
    }

    /// <summary>Hands the event that waits here to its stage. An element on its way comes before the end of its stream.</summary>
    public void Process()
    {
        if ((state & (Pushing | InClosed)) == Pushing)
        {
            var closesNext = (state & OutClosed) != 0;
            state ^= Pushing | InReady;
            interpreter.Run(downstream, this, static edge => edge.OnPush());
            if (closesNext && (state & InClosed) == 0)
                interpreter.Enqueue(this);
        }
        else if ((state & (Pulling | OutClosed | InClosed)) == Pulling)
        {
            state ^= Pulling | OutReady;
            interpreter.Run(upstream, this, static edge => edge.OnPull());
        }
        else if ((state & (OutClosed | InClosed)) == InClosed)
        {
            state |= OutClosed;
            upstream.PortClosed();
            interpreter.Run(upstream, this, static edge => edge.OnDownstreamFinish(edge.cause!));
        }
        else if ((state & (OutClosed | InClosed)) == OutClosed)
        {
            state |= InClosed;
            downstream.PortClosed();
            if ((state & InFailed) != 0)
                interpreter.Run(downstream, this, static edge => edge.OnUpstreamFailure(edge.cause!));
            else
                interpreter.Run(downstream, this, static edge => edge.OnUpstreamFinish());
        }
    }

    protected abstract void OnPush();

    protected abstract void OnPull();

    protected abstract void OnUpstreamFinish();

    protected abstract void OnUpstreamFailure(Exception failure);

    protected abstract void OnDownstreamFinish(Exception reason);

    protected abstract void DropElement();
}

internal sealed class Connection<T>(Interpreter interpreter, Outlet<T> outlet, Inlet<T> inlet) : Connection(interpreter, outlet.Owner, inlet.Owner)
{
    private T element = default!;
    private bool hasElement;

    public bool HasElement => hasElement && IsInReady;

    public void Push(T pushed)
    {
        (element, hasElement) = (pushed, true);
        Push();
    }

    public T Grab()
    {
        if (!HasElement)
            throw new InvalidOperationException($"{inlet.Owner} grabs from an input that has no element.");
        var grabbed = element;
        DropElement();
        return grabbed;
    }

    protected override void DropElement() => (element, hasElement) = (default!, false);

    protected override void OnPush() => inlet.OnPush();

    protected override void OnPull() => outlet.OnPull();

    protected override void OnUpstreamFinish() => inlet.OnUpstreamFinish();

    protected override void OnUpstreamFailure(Exception failure) => inlet.OnUpstreamFailure(failure);

    protected override void OnDownstreamFinish(Exception reason) => outlet.OnDownstreamFinish(reason);
}
