using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>The files and folders that an archive becomes: bounded in number, depth and bytes, and none of them twice.</summary>
internal sealed class UnpackedTree
{
    private const int MaxEntries = 20_000;
    private const int MaxDepth = 32;
    private const int MaxNameBytes = 255;

    private readonly IInstallFiles files;
    private readonly string root;
    private readonly long maxBytes;

    // Without regard to case: two names that are one on some file system are refused on all.
    private readonly HashSet<string> fileNames = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly byte[] buffer = new byte[81920];
    private int entries;
    private long bytes;

    /// <param name="root">A folder that is not there yet; it is made.</param>
    public UnpackedTree(IInstallFiles files, string root, long maxBytes)
    {
        (this.files, this.root, this.maxBytes) = (files, root, maxBytes);
        files.CreateFolder(root);
        folders[""] = "";
    }

    /// <exception cref="UpdateException">The name is refused.</exception>
    public void Folder(string name)
    {
        Count();
        Folder(Parts(name), name);
    }

    /// <inheritdoc cref="Folder(string)"/>
    public async Task FileAsync(string name, Stream content, bool executable, CancellationToken cancellationToken)
    {
        Count();
        var parts = Parts(name);
        if (parts.Length == 0 || name.EndsWith('/'))
        {
            throw new UpdateException($"The update holds '{name}', which is no name of a file.");
        }

        Folder(parts.AsSpan(..^1), name);
        var path = string.Join('/', parts);
        if (folders.ContainsKey(path) || !fileNames.Add(path))
        {
            throw Twice(name);
        }

        using var file = files.CreateFile($"{root}/{path}", executable);
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if ((bytes += read) > maxBytes)
            {
                throw new UpdateException($"The update unpacks to more than the {maxBytes} bytes that it says.");
            }

            file.Append(buffer.AsSpan(0, read));
        }

        file.Sync();
    }

    /// <summary>Makes all names durable, the innermost first.</summary>
    public void SyncFolders()
    {
        foreach (var folder in folders.Values.OrderByDescending(path => path.Length))
        {
            files.SyncFolder(folder.Length == 0 ? root : $"{root}/{folder}");
        }
    }

    private static string[] Parts(string name)
    {
        var parts = name.TrimEnd('/').Split('/').SkipWhile(part => part == ".").ToArray();
        var outside = name.StartsWith('/') || parts.Contains("..");
        if (outside)
        {
            throw new UpdateException($"The update holds '{name}', which lies outside its folder.");
        }

        var odd = parts.Any(part => part.Length == 0 || part == "." || part.Contains('\\', StringComparison.Ordinal) || part.Any(char.IsControl) || System.Text.Encoding.UTF8.GetByteCount(part) > MaxNameBytes);
        return odd || parts.Length > MaxDepth ? throw new UpdateException($"The update holds a name that is none here: '{string.Concat(name.Take(80).Where(c => !char.IsControl(c)))}'.") : parts;
    }

    private void Folder(ReadOnlySpan<string> parts, string name)
    {
        for (var depth = 1; depth <= parts.Length; depth++)
        {
            var path = string.Join('/', parts[..depth]);
            if (fileNames.Contains(path) || (folders.TryGetValue(path, out var made) && made != path))
            {
                throw Twice(name);
            }

            if (folders.TryAdd(path, path))
            {
                files.CreateFolder($"{root}/{path}");
            }
        }
    }

    private void Count()
    {
        if (++entries > MaxEntries)
        {
            throw new UpdateException($"The update holds more than {MaxEntries} files.");
        }
    }

    private static UpdateException Twice(string name) => new($"The update holds '{name}' twice, or another name that differs in case alone.");
}
