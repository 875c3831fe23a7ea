using System.Globalization;

namespace Rig.Simulation.Scenarios;

/// <summary>What became of one seed of an invariant set.</summary>
/// <param name="Violations">Broken rules, in plain words with their time; empty for a good run.</param>
internal sealed record Outcome(string Set, int Seed, ulong Hash, TimeSpan Simulated, long Steps, IReadOnlyList<string> Violations)
{
    /// <summary>The command that runs it again and prints what happened.</summary>
    public string Replay => string.Create(CultureInfo.InvariantCulture, $"scripts/simulate.sh --set {Set} --seed {Seed}");

    public override string ToString() => Violations.Count == 0
        ? $"{Set} seed {Seed}: well"
        : $"{Set} seed {Seed}: {string.Join("; ", Violations)}\n  {Replay}";
}
