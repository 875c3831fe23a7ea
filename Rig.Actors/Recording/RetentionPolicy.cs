namespace Rig.Actors.Recording;

/// <summary>Which takes make room. Only those that a server has confirmed; the oldest first; no more than needed.</summary>
public static class RetentionPolicy
{
    public static IReadOnlyList<RecordingEntry> Choose(IEnumerable<RecordingEntry> entries, long freeBytes, long wantedFreeBytes)
    {
        var chosen = new List<RecordingEntry>();
        foreach (var entry in entries.Where(e => e.ConfirmedAt is not null).OrderBy(e => e.CreatedAt))
        {
            if (freeBytes >= wantedFreeBytes)
            {
                break;
            }

            chosen.Add(entry);
            freeBytes += entry.SizeBytes;
        }

        return chosen;
    }
}
