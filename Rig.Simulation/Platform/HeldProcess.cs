namespace Rig.Simulation.Platform;

/// <summary>Makes this process one in which a world can run the same way again: its clocks, timers, pool, hash tables and counters.</summary>
internal static class HeldProcess
{
    private const ulong HashSeed = 42;

    /// <summary>First thing in the process; says what is missing when something is.</summary>
    /// <exception cref="SelfCheckException">No world can run in this process.</exception>
    public static void Take()
    {
        if (Environment.ProcessorCount != 1)
            throw new SelfCheckException($"The process sees {Environment.ProcessorCount} processors: start it with DOTNET_PROCESSOR_COUNT=1.");
        // The first call measures how fast it is, and would never see an end to that by a clock that stands still.
        Thread.GetCurrentProcessorId();
        VirtualClocks.Install();
        PlatformTimers.Install();
        // So that tables of texts have the same order in every process.
        Reflected.SetStatic(Reflected.Type(typeof(string).Assembly, "System.Marvin"), "<DefaultSeed>k__BackingField", HashSeed);
        Reflected.SetStatic(typeof(HashCode), "s_seed", (uint)HashSeed);
        VirtualClocks.Set(DateTimeOffset.UnixEpoch, 0);
        AkkaStatics.Install();
        AkkaStatics.Reset();
        AkkaStatics.Use(new Random(0));
        // What goes to the pool runs between two steps of the world, in the pool's order.
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(1, 1))
            throw new SelfCheckException("The thread pool cannot be held to one worker.");
    }
}
