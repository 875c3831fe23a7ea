using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Hosting.Files;

namespace Rig.Ingest.Storage;

/// <summary>Runs before the server listens: makes the folders, proves that a finished file can be renamed into place, checks the schema.</summary>
internal sealed class StorageGate(SessionLayout layout, SchemaGate schema, IOptions<DatabaseOptions> database) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PrepareFolders();
        if (database.Value.AutoUpgrade)
        {
            await schema.UpgradeAsync(cancellationToken);
        }

        await schema.CheckAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void PrepareFolders()
    {
        try
        {
            foreach (var folder in new[] { layout.SessionsPath, layout.TempPath, layout.ProcessingPath })
            {
                DurableFile.CreateDirectory(folder);
            }

            DropUnfinishedUploads();
            ProveRename();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StartupException($"The storage folders cannot be used: {e.Message} Correct Rig:Storage:SessionsPath, ProcessingPath and TempPath, or their owner.");
        }
    }

    /// <summary>Uploads of an earlier run will never go on; pulled parts will.</summary>
    private void DropUnfinishedUploads()
    {
        foreach (var path in Directory.EnumerateFiles(layout.TempPath, "upload-*.part"))
        {
            try
            {
                // Another server that shares the folder holds its own uploads open.
                using var unused = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (IOException)
            {
                // In use; its owner deletes it.
            }
        }
    }

    private void ProveRename()
    {
        var probe = Path.Combine(layout.TempPath, $"probe-{Guid.NewGuid():N}");
        var target = Path.Combine(layout.SessionsPath, "." + Path.GetFileName(probe));
        File.WriteAllBytes(probe, []);
        try
        {
            if (!SameFileSystem(probe, target))
            {
                throw new StartupException("Rig:Storage:TempPath must be on the same file system as Rig:Storage:SessionsPath, so that a finished recording is renamed and never copied.");
            }
        }
        finally
        {
            File.Delete(probe);
            File.Delete(target);
        }
    }

    /// <summary>A hard link cannot leave its file system, which <see cref="File.Move(string, string)"/> would hide by copying.</summary>
    private static bool SameFileSystem(string existing, string link) => HardLink.TryCreate(existing, link);
}
