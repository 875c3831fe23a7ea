namespace Rig.Simulation.World;

/// <summary>What is to come, by time; of one instant in the order in which it was entered.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<(Entry Entry, long Number), (long DueTicks, long Number)> entries = new();
    private long number;

    /// <summary>Null when nothing is to come.</summary>
    public long? NextTicks
    {
        get
        {
            while (entries.TryPeek(out var next, out var key))
            {
                if (next.Entry.Number == next.Number)
                {
                    return key.DueTicks;
                }

                entries.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Enters it, or moves it to another time.</summary>
    public void Add(Entry entry, long dueTicks)
    {
        entry.Number = ++number;
        entries.Enqueue((entry, number), (dueTicks, number));
    }

    public static void Remove(Entry entry) => entry.Number = 0;

    /// <summary>Takes out what is due by then; null when nothing more is.</summary>
    public Entry? TakeDue(long nowTicks)
    {
        if (NextTicks is not { } due || due > nowTicks)
        {
            return null;
        }

        var entry = entries.Dequeue().Entry;
        entry.Number = 0;
        return entry;
    }

    internal abstract class Entry
    {
        /// <summary>Under which it stands in the timeline; 0 while it does not.</summary>
        internal long Number { get; set; }

        public abstract void Run();
    }
}
