using Rig.Engine.Streams.Dsl;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams;

/// <summary>Ends streams from outside. The first call counts; it is safe from any thread.</summary>
public interface IKillSwitch
{
    /// <summary>Cancels what is above and completes what is below.</summary>
    void Shutdown();

    /// <summary>Cancels what is above and fails what is below, with the cause in an <see cref="AggregateException"/>, as Akka.NET does.</summary>
    void Abort(Exception cause);
}

public static class KillSwitches
{
    /// <summary>Each materialisation has its own switch.</summary>
    public static IGraph<FlowShape<T, T>, UniqueKillSwitch> Single<T>() => new Flow<T, T, UniqueKillSwitch>((interpreter, upstream) =>
    {
        var signal = new KillSignal();
        var stage = interpreter.Add(new KillSwitchStage<T>(interpreter, signal));
        interpreter.Connect(upstream, stage.In);
        return (stage.Out, new UniqueKillSwitch(signal));
    });

    /// <summary>One switch for all streams that its flow is put into, also after it was used.</summary>
    public static SharedKillSwitch Shared(string name) => new(name);
}

public sealed class UniqueKillSwitch : IKillSwitch
{
    private readonly KillSignal signal;

    internal UniqueKillSwitch(KillSignal signal) => this.signal = signal;

    public void Shutdown() => signal.Give(failure: null);

    public void Abort(Exception cause) => signal.Give(new AggregateException(cause));
}

public sealed class SharedKillSwitch : IKillSwitch
{
    private readonly KillSignal signal = new();
    private readonly string name;

    internal SharedKillSwitch(string name) => this.name = name;

    public IGraph<FlowShape<T, T>, SharedKillSwitch> Flow<T>() => new Flow<T, T, SharedKillSwitch>(interpreter => new KillSwitchStage<T>(interpreter, signal), this);

    public void Shutdown() => signal.Give(failure: null);

    public void Abort(Exception cause) => signal.Give(new AggregateException(cause));

    public override string ToString() => $"SharedKillSwitch({name})";
}
