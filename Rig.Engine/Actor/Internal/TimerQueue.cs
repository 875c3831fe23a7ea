namespace Rig.Engine.Actor;

/// <summary>
/// Entries ordered by due time, then by order of entry. A binary heap that knows each entry's place, so that removal
/// costs O(log n) and leaves nothing behind.
/// </summary>
internal sealed class TimerQueue
{
    private readonly List<Entry> _heap = [];
    private long _sequence;

    public int Count => _heap.Count;

    public Entry? Next => _heap.Count == 0 ? null : _heap[0];

    public void Add(Entry entry, long dueTicks)
    {
        entry.DueTicks = dueTicks;
        entry.Sequence = _sequence++;
        entry.Place = _heap.Count;
        _heap.Add(entry);
        Rise(entry.Place);
    }

    /// <summary>False when it is not (or no longer) queued.</summary>
    public bool Remove(Entry entry)
    {
        var place = entry.Place;
        if (place < 0)
            return false;
        entry.Place = -1;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (ReferenceEquals(last, entry))
            return true;
        Put(last, place);
        Rise(place);
        Sink(last.Place);
        return true;
    }

    /// <summary>Removes and returns the first entry due by then.</summary>
    public Entry? TakeDue(long nowTicks)
    {
        if (Next is not { } first || first.DueTicks > nowTicks)
            return null;
        Remove(first);
        return first;
    }

    private void Rise(int place)
    {
        var entry = _heap[place];
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (!entry.Before(_heap[parent]))
                break;
            Put(_heap[parent], place);
            place = parent;
        }

        Put(entry, place);
    }

    private void Sink(int place)
    {
        var entry = _heap[place];
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= _heap.Count)
                break;
            if (child + 1 < _heap.Count && _heap[child + 1].Before(_heap[child]))
                child++;
            if (!_heap[child].Before(entry))
                break;
            Put(_heap[child], place);
            place = child;
        }

        Put(entry, place);
    }

    private void Put(Entry entry, int place)
    {
        _heap[place] = entry;
        entry.Place = place;
    }

    internal abstract class Entry
    {
        public long DueTicks;
        public long Sequence;
        public int Place = -1;

        public abstract void Run();

        public bool Before(Entry other) =>
            DueTicks < other.DueTicks || (DueTicks == other.DueTicks && Sequence < other.Sequence);
    }
}
