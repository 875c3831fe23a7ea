using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Domain.Frames;
using Rig.Hosting.Files;

namespace Rig.Ingest.Frames;

/// <summary>
/// Pictures on disk, below one folder: <c>staging/DEVICE/DATE/CAPTURE.jpg</c> and <c>events/DEVICE/DATE/EVENT/ROLE.jpg</c>. Names are made
/// of ids that the server made or checked, never of what a request said.
/// </summary>
internal sealed class FrameFiles(IOptions<FrameOptions> options)
{
    private const double BytesPerGb = 1e9;
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    public string Root => options.Value.Path;

    /// <summary>Free bytes where the pictures lie; null until there is such a folder.</summary>
    public long? FreeBytes => Directory.Exists(Root) ? new DriveInfo(Root).AvailableFreeSpace : null;

    /// <summary>As many bytes more leave what is to stay free.</summary>
    public bool HasRoomFor(long bytes) => FreeBytes is not { } free || free - bytes >= options.Value.MinFreeSpaceGb * BytesPerGb;

    public static string StagingUri(DeviceId device, DateTimeOffset receivedAt, Guid capture) => $"staging/{device}/{Day(receivedAt)}/{capture:N}.jpg";

    public static string EventUri(DeviceId device, DateTimeOffset startedAt, Guid eventId, string role) => $"events/{device}/{Day(startedAt)}/{eventId:N}/{role}.jpg";

    public string PathOf(string uri) => Path.Combine(Root, uri);

    /// <summary>Writes without syncing: see <see cref="FileSync"/>.</summary>
    /// <exception cref="IOException">Such as a full disk; nothing is left of the file.</exception>
    public void Write(string uri, ReadOnlySpan<byte> bytes)
    {
        var path = PathOf(uri);
        MakeFolder(Path.GetDirectoryName(path)!);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = FileMode600 });
            file.Write(bytes);
        }
        catch (DirectoryNotFoundException)
        {
            // Emptied by the clean-up or by hand since it was made: the next try makes it again.
            lock (made)
            {
                made.Remove(Path.GetDirectoryName(path)!);
            }

            throw;
        }
        catch
        {
            Delete(uri);
            throw;
        }
    }

    /// <summary>Writes a few files and makes them and their names durable.</summary>
    public void WriteSynced(string uri, ReadOnlySpan<byte> bytes)
    {
        MakeFolder(Path.GetDirectoryName(PathOf(uri))!);
        DurableFile.Write(PathOf(uri), bytes, FileMode600);
    }

    /// <returns>Null where the file is gone.</returns>
    public async Task<byte[]?> ReadAsync(string uri, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(uri), cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>One that is not there is as good as deleted.</summary>
    public void Delete(string uri)
    {
        try
        {
            File.Delete(PathOf(uri));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Removes folders that hold nothing any more, but for those of today.</summary>
    public void RemoveEmptyFolders(DateTimeOffset now)
    {
        foreach (var top in new[] { "staging", "events" }.Select(PathOf).Where(Directory.Exists))
        {
            foreach (var folder in Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories).OrderByDescending(folder => folder.Length).ToList())
            {
                var day = Path.GetRelativePath(top, folder).Split('/').ElementAtOrDefault(1);
                if (day is not null && string.CompareOrdinal(day, Day(now.AddDays(-1))) < 0 && !Directory.EnumerateFileSystemEntries(folder).Any())
                {
                    lock (made)
                    {
                        made.Remove(folder);
                    }

                    Directory.Delete(folder);
                }
            }
        }
    }

    private static string Day(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private void MakeFolder(string folder)
    {
        lock (made)
        {
            if (made.Contains(folder))
            {
                return;
            }

            // Durable in their parents; the folder's own entries are synced with its files.
            DurableFile.CreateDirectory(folder);
            File.SetUnixFileMode(folder, FolderMode700);
            made.Add(folder);
        }
    }
}
