namespace Rig.Engine.Streams.Implementation;

/// <summary>
/// One running stage. Everything it does happens within the stream's turn, so it needs no locks; what comes from outside (tasks,
/// timers, callers) enters by <see cref="Async{T}"/>. When all its ports are closed it is finished.
/// </summary>
internal abstract class StageLogic(Interpreter interpreter)
{
    private readonly List<Port> inlets = [];
    private readonly List<Port> outlets = [];
    private int openPorts;

    public bool IsFinished { get; set; }

    public bool HasOpenPorts => openPorts > 0;

    protected Interpreter Interpreter { get; } = interpreter;

    public void AddInlet(Port inlet)
    {
        inlets.Add(inlet);
        openPorts++;
    }

    public void AddOutlet(Port outlet)
    {
        outlets.Add(outlet);
        openPorts++;
    }

    public void PortClosed() => openPorts--;

    public virtual void PreStart()
    {
    }

    /// <summary>Runs once, after the last port closed or, <paramref name="abrupt"/> then, when the stream's actor was stopped.</summary>
    public virtual void PostStop(Exception? abrupt)
    {
    }

    public void CompleteStage() => CloseAll(cause: null);

    public void FailStage(Exception cause)
    {
        Failed(cause);
        CloseAll(cause);
    }

    /// <summary>Downstream has gone: upstream hears the same reason.</summary>
    public void CancelStage(Exception reason)
    {
        inlets.ForEach(inlet => inlet.Close(reason));
        outlets.ForEach(outlet => outlet.Close(cause: null));
    }

    public override string ToString() => GetType().Name.Split('`')[0];

    /// <summary>Told of the stage's own failure before its ports close; for stages that answer to someone outside.</summary>
    protected virtual void Failed(Exception cause)
    {
    }

    /// <returns>A delegate that may be called from any thread; the handler runs in the stream's turn, or never when the stage has finished.</returns>
    protected Action<T> Async<T>(Action<T> handler) => value => Interpreter.Post(this, () => handler(value));

    protected void ScheduleOnce(TimeSpan delay, Action action) => Interpreter.ScheduleOnce(this, delay, action);

    /// <summary>Runs a sub-stream into a new input of this stage.</summary>
    /// <param name="ended">The input is dropped from the stage's own when its stream ends; null is a normal end.</param>
    protected Inlet<T> Materialize<T>(ISourceGraph<T> source, Action<Inlet<T>> pushed, Action<Exception?> ended)
    {
        var inlet = new Inlet<T>(this);
        inlet.OnPush = () => pushed(inlet);
        inlet.OnUpstreamFinish = () =>
        {
            inlets.Remove(inlet);
            ended(null);
        };
        inlet.OnUpstreamFailure = cause =>
        {
            inlets.Remove(inlet);
            ended(cause);
        };
        Interpreter.Connect(source.BuildSource(Interpreter), inlet);
        Interpreter.StartAdded();
        return inlet;
    }

    private void CloseAll(Exception? cause)
    {
        inlets.ForEach(inlet => inlet.Close(cause));
        outlets.ForEach(outlet => outlet.Close(cause));
    }
}
