using Rig.Domain.Identity;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>Every take that was ever sealed, kept outside of all machines, and the rules that hold at every instant.</summary>
internal sealed class OffloadLedger(SimulatedWorld world)
{
    private readonly Dictionary<TakeId, string> takes = [];
    private readonly HashSet<TakeId> acknowledged = [];
    private readonly List<string> violations = [];

    public OffloadServer? Server { get; set; }

    /// <summary>SHA-256 by take, of takes that were sealed or nearly so.</summary>
    public IReadOnlyDictionary<TakeId, string> Takes => takes;

    /// <summary>Whether the node said that the take is sealed.</summary>
    public bool IsSealed(TakeId id) => acknowledged.Contains(id);

    public IReadOnlyList<string> Violations => violations;

    /// <summary>The node goes about sealing; a crash may keep it from saying so.</summary>
    public void Sealing(TakeId id, string sha256)
    {
        if (acknowledged.Contains(id))
        {
            Broken($"{id} is given a second time");
        }

        takes[id] = sha256;
    }

    public void Sealed(TakeId id)
    {
        world.Trace.Note(null, $"{id} is sealed");
        acknowledged.Add(id);
    }

    public void Confirmed(TakeId id)
    {
        world.Trace.Note(null, $"{id} is confirmed");
        if (!Server!.HoldsDurably(id, takes[id]))
        {
            Broken($"{id} is confirmed and a power cut could take it from the server");
        }
    }

    public void Deleting(TakeId id)
    {
        world.Trace.Note(null, $"{id} is deleted on its node");
        if (!Server!.HoldsDurably(id, takes[id]))
        {
            Broken($"{id} is deleted on its node and the server does not durably hold it");
        }
    }

    public void Broken(string rule)
    {
        if (violations.Count == 0)
        {
            world.Trace.Note(null, "BROKEN: " + rule);
            violations.Add(FormattableString.Invariant($"{rule} (at {world.Elapsed.TotalSeconds:F3} s)"));
        }
    }
}
