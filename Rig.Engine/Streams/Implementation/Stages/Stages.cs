namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>A stage with one output.</summary>
internal abstract class SourceStage<T> : StageLogic
{
    protected SourceStage(Interpreter interpreter)
        : base(interpreter) => Out = new Outlet<T>(this) { OnPull = OnPull };

    public Outlet<T> Out { get; }

    protected abstract void OnPull();
}

/// <summary>A stage with one input.</summary>
internal abstract class SinkStage<T> : StageLogic
{
    protected SinkStage(Interpreter interpreter)
        : base(interpreter) => In = new Inlet<T>(this) { OnPush = OnPush, OnUpstreamFinish = OnUpstreamFinish, OnUpstreamFailure = OnUpstreamFailure };

    public Inlet<T> In { get; }

    public override void PreStart() => In.Pull();

    protected abstract void OnPush();

    protected virtual void OnUpstreamFinish() => CompleteStage();

    protected virtual void OnUpstreamFailure(Exception failure) => FailStage(failure);
}

/// <summary>A stage with one input and one output; as it stands it passes on demand and ends, and no element.</summary>
internal abstract class LinearStage<TIn, TOut> : StageLogic
{
    protected LinearStage(Interpreter interpreter)
        : base(interpreter)
    {
        In = new Inlet<TIn>(this) { OnPush = OnPush, OnUpstreamFinish = OnUpstreamFinish, OnUpstreamFailure = OnUpstreamFailure };
        Out = new Outlet<TOut>(this) { OnPull = OnPull, OnDownstreamFinish = OnDownstreamFinish };
    }

    public Inlet<TIn> In { get; }

    public Outlet<TOut> Out { get; }

    protected abstract void OnPush();

    protected virtual void OnPull() => In.Pull();

    protected virtual void OnUpstreamFinish() => CompleteStage();

    protected virtual void OnUpstreamFailure(Exception failure) => FailStage(failure);

    protected virtual void OnDownstreamFinish(Exception reason) => CancelStage(reason);
}
