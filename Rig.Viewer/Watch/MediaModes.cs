namespace Rig.Viewer.Watch;

/// <summary>At the start, takes from others what an older program let them read. The media folder itself is the operator's.</summary>
internal sealed class MediaModes(MediaStore store, ILogger<MediaModes> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in store.GameFolders)
        {
            try
            {
                File.SetUnixFileMode(folder, store.FolderMode);
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(entry => entry.LinkTarget is null))
                {
                    entry.UnixFileMode = entry is DirectoryInfo ? store.FolderMode : store.FileMode;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning("Files in {Folder} may be read by others on this machine: {Reason} Give the folder to the account of rig-viewer.", folder, e.Message);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
