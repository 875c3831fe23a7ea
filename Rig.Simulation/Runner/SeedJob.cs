namespace Rig.Simulation.Runner;

/// <summary>One seed for a worker to run.</summary>
/// <param name="Bug">A fault to plant; null for none.</param>
/// <param name="Trace">Whether what happens is to be told line by line.</param>
internal sealed record SeedJob(string Set, int Seed, string? Bug = null, bool Trace = false);
