using System.Globalization;

namespace Rig.Simulation.World;

/// <summary>What happened in a world: a hash over every step, message and byte on the wire, and, for who wants to read, lines about what matters.</summary>
internal sealed class Trace(SimulatedWorld world)
{
    // FNV-1a, over 64 bits at a time.
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly Dictionary<Type, ulong> types = [];
    private readonly Dictionary<ActorCell, ulong> cells = new(ReferenceEqualityComparer.Instance);

    /// <summary>Equal for two runs that took the same steps at the same times.</summary>
    public ulong Hash { get; private set; } = Offset;

    /// <summary>Gets each line as it is made; null for none.</summary>
    public Action<string>? Listener { get; set; }

    /// <summary>A line for every message too, to find where two runs part.</summary>
    public bool MessagesToo { get; set; }

    /// <summary>A fault, a decision, a broken rule: part of the hash and, where somebody listens, a line.</summary>
    public void Note(SimulatedMachine? machine, string text)
    {
        Mix(HashOf(text));
        Comment(machine, text);
    }

    /// <summary>A line for the reader that is not part of the hash.</summary>
    public void Comment(SimulatedMachine? machine, string text) =>
        Listener?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{world.Elapsed.TotalSeconds,10:F4}  {machine?.Name,-8} {text}"));

    internal void Step(in Runnable runnable, int place, int others)
    {
        Mix((ulong)world.NowTicks);
        Mix(((ulong)runnable.Process.Id << 40) | ((ulong)(uint)place << 20) | (uint)others);
    }

    internal void Message(SimulatedProcess process, ActorCell to, object message)
    {
        var type = message.GetType();
        if (!types.TryGetValue(type, out var typeHash))
        {
            types[type] = typeHash = HashOf(type.FullName!);
        }

        if (!cells.TryGetValue(to, out var cellHash))
        {
            cells[to] = cellHash = HashOf(to.Self.Path.ToString());
        }

        Mix(typeHash ^ ((ulong)process.Id << 48));
        Mix(cellHash);
        if (MessagesToo)
        {
            Comment(process.Machine, $"{to.Self.Path} <- {message}");
        }
    }

    internal void Bytes(ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)bytes.Length);
        foreach (var one in bytes)
        {
            Mix(one);
        }
    }

    internal void Mix(ulong value) => Hash = (Hash ^ value) * Prime;

    private static ulong HashOf(string text)
    {
        var hash = Offset;
        foreach (var character in text)
        {
            hash = (hash ^ character) * Prime;
        }

        return hash;
    }
}
