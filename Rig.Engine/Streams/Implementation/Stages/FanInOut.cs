namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Elements of two streams as they come, in turn when both have one.</summary>
internal sealed class Merge<TLeft, TRight> : StageLogic
    where TLeft : TRight
{
    private readonly bool eagerComplete;
    private readonly Queue<Action> ready = new();

    public Merge(Interpreter interpreter, bool eagerComplete)
        : base(interpreter)
    {
        this.eagerComplete = eagerComplete;
        Left = new Inlet<TLeft>(this);
        Right = new Inlet<TRight>(this);
        Out = new Outlet<TRight>(this) { OnPull = PushNext };
        Left.OnPush = () => Arrived(TakeLeft);
        Right.OnPush = () => Arrived(TakeRight);
        Left.OnUpstreamFinish = Right.OnUpstreamFinish = () =>
        {
            if (this.eagerComplete || (Left.IsClosed && Right.IsClosed && ready.Count == 0))
                CompleteStage();
        };
    }

    public Inlet<TLeft> Left { get; }

    public Inlet<TRight> Right { get; }

    public Outlet<TRight> Out { get; }

    public override void PreStart()
    {
        Left.TryPull();
        Right.TryPull();
    }

    private void Arrived(Action take)
    {
        ready.Enqueue(take);
        if (Out.IsAvailable)
            PushNext();
    }

    private void PushNext()
    {
        if (ready.TryDequeue(out var take))
            take();
        if (Left.IsClosed && Right.IsClosed && ready.Count == 0)
            CompleteStage();
    }

    private void TakeLeft()
    {
        Out.Push(Left.Grab());
        Left.TryPull();
    }

    private void TakeRight()
    {
        Out.Push(Right.Grab());
        Right.TryPull();
    }
}

/// <summary>The second stream after the first has completed; until then it is held by the lack of demand.</summary>
internal sealed class Concat<T> : StageLogic
{
    public Concat(Interpreter interpreter)
        : base(interpreter)
    {
        First = new Inlet<T>(this);
        Second = new Inlet<T>(this);
        Out = new Outlet<T>(this);
        First.OnPush = () => Out.Push(First.Grab());
        First.OnUpstreamFinish = () =>
        {
            if (Second.IsClosed)
                CompleteStage();
            else if (Out.IsAvailable)
                Second.Pull();
        };
        Second.OnPush = () => Out.Push(Second.Grab());
        Second.OnUpstreamFinish = () =>
        {
            if (First.IsClosed)
                CompleteStage();
        };
        Out.OnPull = () =>
        {
            if (!First.IsClosed)
                First.TryPull();
            else
                Second.TryPull();
        };
    }

    public Inlet<T> First { get; }

    public Inlet<T> Second { get; }

    public Outlet<T> Out { get; }
}

/// <summary>Each element to both outputs, at the pace of the slower one. Ends when either cancels.</summary>
internal sealed class Broadcast<T> : StageLogic
{
    public Broadcast(Interpreter interpreter)
        : base(interpreter)
    {
        In = new Inlet<T>(this);
        Out = new Outlet<T>(this) { OnPull = PullWhenBothWait };
        Also = new Outlet<T>(this) { OnPull = PullWhenBothWait };
        In.OnPush = () =>
        {
            var element = In.Grab();
            Out.Push(element);
            Also.Push(element);
        };
    }

    public Inlet<T> In { get; }

    public Outlet<T> Out { get; }

    public Outlet<T> Also { get; }

    private void PullWhenBothWait()
    {
        if (Out.IsAvailable && Also.IsAvailable)
            In.TryPull();
    }
}
