using Rig.Actors.Recording;

namespace Rig.CameraNode.Storage;

/// <summary>Which takes make room. Only those that a server has confirmed; the oldest first; no more than needed.</summary>
internal static class RetentionPolicy
{
    internal static IReadOnlyList<RecordingEntry> Choose(IEnumerable<RecordingEntry> entries, long freeBytes, long wantedFreeBytes)
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
