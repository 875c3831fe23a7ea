namespace Rig.Engine.Streams.Implementation.Stages;

internal sealed class Identity<T>(Interpreter interpreter) : LinearStage<T, T>(interpreter)
{
    protected override void OnPush() => Out.Push(In.Grab());
}

internal sealed class Select<TIn, TOut>(Interpreter interpreter, Func<TIn, TOut> mapper) : LinearStage<TIn, TOut>(interpreter)
{
    protected override void OnPush() => Out.Push(mapper(In.Grab()));
}

internal sealed class Where<T>(Interpreter interpreter, Predicate<T> predicate) : LinearStage<T, T>(interpreter)
{
    protected override void OnPush()
    {
        var element = In.Grab();
        if (predicate(element))
            Out.Push(element);
        else
            In.Pull();
    }
}

internal sealed class Take<T>(Interpreter interpreter, long count) : LinearStage<T, T>(interpreter)
{
    private long left = count;

    public override void PreStart()
    {
        if (left <= 0)
            CompleteStage();
    }

    protected override void OnPush()
    {
        Out.Push(In.Grab());
        if (--left <= 0)
            CompleteStage();
    }
}

internal sealed class SelectMany<TIn, TOut>(Interpreter interpreter, Func<TIn, IEnumerable<TOut>> mapper) : LinearStage<TIn, TOut>(interpreter)
{
    private LookAhead<TOut>? current;

    public override void PostStop(Exception? abrupt) => current?.Dispose();

    protected override void OnPush()
    {
        var elements = new LookAhead<TOut>(mapper(In.Grab()));
        if (!elements.HasNext)
        {
            elements.Dispose();
            In.TryPull();
            return;
        }

        current = elements;
        if (Out.IsAvailable)
            PushNext();
    }

    protected override void OnPull()
    {
        if (current is null)
            In.TryPull();
        else
            PushNext();
    }

    protected override void OnUpstreamFinish()
    {
        if (current is null)
            CompleteStage();
    }

    private void PushNext()
    {
        Out.Push(current!.Next());
        if (current.HasNext)
            return;
        current.Dispose();
        current = null;
        if (In.IsClosed)
            CompleteStage();
    }
}

internal sealed class Grouped<T>(Interpreter interpreter, int size) : LinearStage<T, IEnumerable<T>>(interpreter)
{
    private List<T> group = [];

    protected override void OnPush()
    {
        group.Add(In.Grab());
        if (group.Count == size)
            PushGroup();
        else
            In.Pull();
    }

    protected override void OnUpstreamFinish()
    {
        // Its input was pulled, so its output is waiting.
        if (group.Count > 0)
            PushGroup();
        CompleteStage();
    }

    private void PushGroup()
    {
        var full = group;
        group = [];
        Out.Push(full);
    }
}
