namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>The streams that elements stand for, one after the other.</summary>
internal sealed class ConcatMany<TIn, TOut>(Interpreter interpreter, Func<TIn, ISourceGraph<TOut>> flatten) : LinearStage<TIn, TOut>(interpreter)
{
    private Inlet<TOut>? current;

    protected override void OnPush()
    {
        current = Materialize(flatten(In.Grab()), inlet => Out.Push(inlet.Grab()), Ended);
        if (Out.IsAvailable)
            current.TryPull();
    }

    protected override void OnPull()
    {
        if (current is null)
            In.TryPull();
        else
            current.TryPull();
    }

    protected override void OnUpstreamFinish()
    {
        if (current is null)
            CompleteStage();
    }

    private void Ended(Exception? failure)
    {
        current = null;
        if (failure is not null)
            FailStage(failure);
        else if (In.IsClosed)
            CompleteStage();
        else if (Out.IsAvailable)
            In.TryPull();
    }
}

/// <summary>After a failure goes on with another stream, at most <c>attempts</c> times; a negative number sets no limit.</summary>
internal sealed class RecoverWith<T>(Interpreter interpreter, Func<Exception, ISourceGraph<T>?> partialFunc, int attempts) : LinearStage<T, T>(interpreter)
{
    private int left = attempts;
    private Inlet<T>? substitute;

    protected override void OnPush() => Out.Push(In.Grab());

    protected override void OnPull()
    {
        if (substitute is null)
            In.TryPull();
        else
            substitute.TryPull();
    }

    protected override void OnUpstreamFailure(Exception failure) => GoOn(failure);

    private void GoOn(Exception failure)
    {
        substitute = null;
        if (left == 0 || partialFunc(failure) is not { } other)
        {
            FailStage(failure);
            return;
        }

        if (left > 0)
            left--;
        substitute = Materialize(other, inlet => Out.Push(inlet.Grab()), Ended);
        if (Out.IsAvailable)
            substitute.TryPull();
    }

    private void Ended(Exception? failure)
    {
        if (failure is null)
            CompleteStage();
        else
            GoOn(failure);
    }
}

/// <summary>Makes its source anew, after a pause, each time it fails.</summary>
internal sealed class RestartOnFailures<T>(Interpreter interpreter, Func<ISourceGraph<T>> factory, RestartSettings settings) : SourceStage<T>(interpreter)
{
    private Inlet<T>? current;
    private int restarts;
    private TimeSpan resetAt;

    public override void PreStart() => Start();

    protected override void OnPull() => current?.TryPull();

    private void Start()
    {
        resetAt = Interpreter.Now + settings.MaxRestartsWithin;
        current = Materialize(factory(), inlet => Out.Push(inlet.Grab()), Ended);
        if (Out.IsAvailable)
            current.TryPull();
    }

    private void Ended(Exception? failure)
    {
        current = null;
        if (failure is null)
        {
            CompleteStage();
            return;
        }

        if (Interpreter.Now >= resetAt)
            restarts = 0;
        if (restarts == settings.MaxRestarts)
        {
            FailStage(failure);
            return;
        }

        ScheduleOnce(Pause(), Start);
        restarts++;
    }

    private TimeSpan Pause()
    {
        var pause = Math.Min(settings.MaxBackoff.Ticks, settings.MinBackoff.Ticks * Math.Pow(2, restarts));
        return TimeSpan.FromTicks((long)(pause * (1 + (Interpreter.System.Runtime.NextDouble() * settings.RandomFactor))));
    }
}
