using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>Remembers over restarts that offloading is paused: a file in the processing folder.</summary>
public sealed class PauseMark(SessionLayout layout, TakeDisk disk)
{
    private string MarkPath => Path.Combine(layout.ProcessingPath, "offload-paused");

    public bool IsSet => disk.LengthOf(MarkPath) is not null;

    public void Set(bool paused)
    {
        if (paused)
        {
            disk.WriteFile(MarkPath, "POST /api/v1/offload/resume, or delete this file and restart, to go on.\n"u8);
        }
        else
        {
            disk.Delete(MarkPath);
            disk.SyncDirectory(layout.ProcessingPath);
        }
    }
}
