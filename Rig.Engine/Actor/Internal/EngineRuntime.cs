namespace Rig.Engine.Actor;

/// <summary>
/// Time and chance as one actor system sees them. Production uses the machine's; a simulation brings its own clock,
/// random source and dispatcher, and so owns every order.
/// </summary>
internal class EngineRuntime(TimeProvider time, Random random)
{
    private readonly Lock _gate = new();

    public static EngineRuntime System => new(TimeProvider.System, Random.Shared);

    public TimeProvider Time { get; } = time;

    /// <summary>Uids tell incarnations of one path apart; never 0.</summary>
    public virtual long NextUid()
    {
        lock (_gate)
            return random.NextInt64(1, int.MaxValue);
    }

    public virtual double NextDouble()
    {
        lock (_gate)
            return random.NextDouble();
    }

    /// <summary>The dispatcher behind a configured id.</summary>
    public virtual Dispatch.MessageDispatcher CreateDispatcher(string id, int throughput) =>
        new Dispatch.ThreadPoolDispatcher(id, throughput);
}

/// <summary>Hands a runtime to <see cref="ActorSystem.Create(string, Setup.ActorSystemSetup)"/>.</summary>
internal sealed class EngineRuntimeSetup(EngineRuntime runtime) : Setup.Setup
{
    public EngineRuntime Runtime { get; } = runtime;
}
