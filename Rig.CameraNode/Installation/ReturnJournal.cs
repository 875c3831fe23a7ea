using System.Text.Json;
using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>What the helper took back by itself, newest first, in a file that the node reads into its history.</summary>
internal sealed class ReturnJournal(IInstallFiles files, ILogger logger)
{
    public const string FileName = "returns.json";

    private const string Fresh = ".returns.new";
    private const int Capacity = 20;

    /// <summary>Whoever goes back does not fail for want of a journal.</summary>
    public void Add(UpdateAttempt attempt)
    {
        try
        {
            files.Delete(Fresh);
            using (var file = files.CreateFile(Fresh, executable: false))
            {
                file.Append(JsonSerializer.SerializeToUtf8Bytes([attempt, .. Read().Take(Capacity - 1)], UpdateHistoryJson.Default.ListUpdateAttempt));
                file.Sync();
            }

            files.Rename(Fresh, FileName);
            files.SyncFolder("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError(e, "The way back to {Version} could not be written down", attempt.Version);
        }
    }

    private List<UpdateAttempt> Read()
    {
        if (!files.IsFile(FileName))
        {
            return [];
        }

        try
        {
            using var file = files.OpenRead(FileName);
            return JsonSerializer.Deserialize(file, UpdateHistoryJson.Default.ListUpdateAttempt) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
