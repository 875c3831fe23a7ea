using System.Security.Cryptography;
using Rig.Domain.Publishing;
using Rig.Hosting.Files;
using Rig.Viewer.Watch;

namespace Rig.Viewer.Publish;

/// <summary>
/// The bytes of files that are arriving. A file's length on disk is its offset; a file moves to the served folder only after its
/// whole SHA-256 was found right. Callers hold the game's gate.
/// </summary>
internal sealed class IncomingFiles(MediaStore store)
{
    private const int BufferBytes = 256 * 1024;

    public bool IsComplete(int gameId, PublicationFile file) => File.Exists(store.StoredPath(gameId, file.Sha256));

    public long OffsetBytes(int gameId, PublicationFile file)
    {
        if (IsComplete(gameId, file))
        {
            return file.SizeBytes;
        }

        var arriving = new FileInfo(store.IncomingPath(gameId, file.Sha256));
        return arriving.Exists ? Math.Min(arriving.Length, file.SizeBytes) : 0;
    }

    /// <summary>Appends; what arrived before the body was cut off is durable too.</summary>
    /// <returns>False when the body goes beyond the file's announced size: then nothing of it is kept.</returns>
    public async Task<bool> AppendAsync(int gameId, PublicationFile file, long offset, Stream body, Action<long> received, CancellationToken cancellationToken)
    {
        var folder = store.IncomingFolder(gameId);
        store.CreateFolder(folder);
        await using var arriving = new FileStream(
            store.IncomingPath(gameId, file.Sha256),
            new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous, UnixCreateMode = store.FileMode });
        arriving.Seek(offset, SeekOrigin.Begin);
        var buffer = new byte[BufferBytes];
        try
        {
            int count;
            while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (arriving.Position + count > file.SizeBytes)
                {
                    arriving.SetLength(offset);
                    return false;
                }

                // Not cancelled: a piece that arrived is written whole.
                await arriving.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
                received(count);
            }

            return true;
        }
        finally
        {
            arriving.Flush(flushToDisk: true);
            DurableFile.SyncDirectory(folder);
        }
    }

    /// <summary>Once all bytes are there: keeps the file if its SHA-256 is the announced one, else throws its bytes away.</summary>
    /// <returns>True when the file is complete and right.</returns>
    public async Task<bool> SettleAsync(int gameId, PublicationFile file, CancellationToken cancellationToken)
    {
        if (IsComplete(gameId, file))
        {
            return true;
        }

        var arriving = store.IncomingPath(gameId, file.Sha256);
        if (OffsetBytes(gameId, file) < file.SizeBytes)
        {
            return false;
        }

        await using (var bytes = new FileStream(arriving, new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan }))
        {
            if (bytes.Length != file.SizeBytes || Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellationToken)) != file.Sha256)
            {
                File.Delete(arriving);
                return false;
            }
        }

        var folder = store.GameFolder(gameId);
        store.CreateFolder(folder);
        File.Move(arriving, store.StoredPath(gameId, file.Sha256), overwrite: true);
        DurableFile.SyncDirectory(folder);
        DurableFile.SyncDirectory(Path.GetDirectoryName(folder)!);
        return true;
    }

    /// <summary>Deletes what neither the announced nor the published game names.</summary>
    public void Sweep(int gameId, IReadOnlySet<string> announced, IReadOnlySet<string> kept)
    {
        Sweep(store.IncomingFolder(gameId), announced);
        Sweep(store.GameFolder(gameId), kept);
    }

    private static void Sweep(string folder, IReadOnlySet<string> kept)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(folder).Where(path => !kept.Contains(Path.GetFileName(path))))
        {
            File.Delete(path);
        }
    }
}
