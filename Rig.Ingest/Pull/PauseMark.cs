using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>Remembers over restarts that offloading is paused: a file in the processing folder.</summary>
public sealed class PauseMark(SessionLayout layout)
{
    private string MarkPath => Path.Combine(layout.ProcessingPath, "offload-paused");

    public bool IsSet => File.Exists(MarkPath);

    public void Set(bool paused)
    {
        if (paused)
        {
            Durable.WriteFile(MarkPath, "POST /api/v1/offload/resume, or delete this file and restart, to go on.\n"u8);
        }
        else
        {
            File.Delete(MarkPath);
            Durable.SyncDirectory(layout.ProcessingPath);
        }
    }
}
