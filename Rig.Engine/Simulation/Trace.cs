using System.Globalization;

namespace Rig.Engine.Simulation;

/// <summary>What happened in a world: a hash over every step, and, for who wants to read, lines about what matters.</summary>
internal sealed class Trace(SimulatedWorld world)
{
    // FNV-1a, over 64 bits at a time.
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly List<string> _lines = [];

    /// <summary>Equal for two runs that took the same steps at the same times.</summary>
    public ulong Hash { get; private set; } = Offset;

    /// <summary>Keep the last so many lines; 0, the default, keeps none and makes none.</summary>
    public int KeepLines { get; set; }

    /// <summary>Gets each line as it is made.</summary>
    public Action<string>? Listener { get; set; }

    /// <summary>From which level on what actors log becomes lines; null for nothing.</summary>
    public Event.LogLevel? LogLevel { get; set; }

    /// <summary>A line for every step, to find where two runs part.</summary>
    public bool StepsToo { get; set; }

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>A fault, a decision, a broken rule: part of the hash and, where lines are kept, a line.</summary>
    public void Note(SimulatedMachine? machine, string text)
    {
        foreach (var character in text)
            Mix(character);
        Comment(machine, text);
    }

    /// <summary>A line for the reader that is not part of the hash.</summary>
    public void Comment(SimulatedMachine? machine, string text)
    {
        if (KeepLines == 0 && Listener is null)
            return;
        var line = string.Create(CultureInfo.InvariantCulture, $"{world.Elapsed.TotalSeconds,10:F4}  {machine?.Name,-8} {text}");
        Listener?.Invoke(line);
        if (KeepLines == 0)
            return;
        if (_lines.Count == KeepLines)
            _lines.RemoveAt(0);
        _lines.Add(line);
    }

    internal void Step(in Runnable runnable, int others)
    {
        Mix((ulong)world.NowTicks);
        if (StepsToo)
            Comment(runnable.Process.Machine, $"step {runnable} among {others + 1}");
        Mix(((ulong)runnable.Process.Id << 40) | ((ulong)runnable.Kind << 32) | (uint)others);
    }

    internal void Mix(ulong value) => Hash = (Hash ^ value) * Prime;
}
