namespace Rig.CameraNode.Storage;

/// <summary>Where files go that no take can use: <c>{RecordingsPath}/lost+found</c>. Nothing is deleted and nothing is overwritten.</summary>
internal static class LostAndFound
{
    internal static string In(StorageOptions options) => Path.Combine(options.RecordingsPath, "lost+found");

    internal static bool Holds(StorageOptions options, string path) =>
        path.StartsWith(In(options) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <returns>Where the file is now.</returns>
    internal static string Take(IRecordingFiles files, StorageOptions options, string path)
    {
        files.CreateDirectory(In(options));
        var target = FreeName(options, Path.GetFileName(path));
        files.Move(path, target);
        return target;
    }

    /// <summary>Keeps the end of a file, from <paramref name="offset"/> on, under a name of its own.</summary>
    internal static string KeepTail(IRecordingFiles files, StorageOptions options, string path, long offset)
    {
        files.CreateDirectory(In(options));
        var target = FreeName(options, Path.GetFileName(path) + ".tail");
        using (var source = File.OpenRead(path))
        using (var copy = files.Create(target))
        {
            source.Position = offset;
            var part = new byte[1 << 20];
            for (int read; (read = source.Read(part)) > 0;)
            {
                copy.Append(part.AsSpan(0, read));
            }

            copy.SyncData();
        }

        files.SyncDirectory(In(options));
        return target;
    }

    private static string FreeName(StorageOptions options, string name)
    {
        var target = Path.Combine(In(options), name);
        for (var n = 2; File.Exists(target); n++)
        {
            target = Path.Combine(In(options), $"{name}.{n}");
        }

        return target;
    }
}
