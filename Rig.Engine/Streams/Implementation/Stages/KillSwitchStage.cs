namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>The hand on one or many kill switch stages. What is done first counts.</summary>
internal sealed class KillSignal
{
    private readonly Lock gate = new();
    private readonly HashSet<Action<Exception?>> listeners = [];
    private bool given;
    private Exception? cause;

    /// <param name="failure">Null shuts down in good order.</param>
    public void Give(Exception? failure)
    {
        List<Action<Exception?>> told;
        lock (gate)
        {
            if (given)
                return;
            (given, cause) = (true, failure);
            told = [.. listeners];
            listeners.Clear();
        }

        told.ForEach(listener => listener(failure));
    }

    /// <summary>Told at once when the signal was given before.</summary>
    public void Listen(Action<Exception?> listener)
    {
        lock (gate)
        {
            if (!given)
            {
                listeners.Add(listener);
                return;
            }
        }

        listener(cause);
    }

    public void Forget(Action<Exception?> listener)
    {
        lock (gate)
            listeners.Remove(listener);
    }
}

internal sealed class KillSwitchStage<T> : LinearStage<T, T>
{
    private readonly KillSignal signal;
    private readonly Action<Exception?> killed;

    public KillSwitchStage(Interpreter interpreter, KillSignal signal)
        : base(interpreter)
    {
        this.signal = signal;
        killed = Async<Exception?>(cause =>
        {
            if (cause is null)
                CompleteStage();
            else
                FailStage(cause);
        });
    }

    public override void PreStart() => signal.Listen(killed);

    public override void PostStop(Exception? abrupt) => signal.Forget(killed);

    protected override void OnPush() => Out.Push(In.Grab());
}
