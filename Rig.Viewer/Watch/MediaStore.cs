using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Watch;

/// <summary>
/// Where bytes lie: <c>games/{id}/{sha256}</c> whole and verified, <c>incoming/{id}/{sha256}</c> still arriving. Both names are made
/// here, from a number and a checked hash, so nothing a client says becomes a path. Layout: docs/design/viewer.md.
/// </summary>
internal sealed class MediaStore(IOptions<MediaOptions> options)
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0600: videos of children are the program's alone; 0640 where nginx, in the program's group, sends them.</summary>
    public UnixFileMode FileMode { get; } = options.Value.AccelPrefix.Length == 0 ? Own : Own | UnixFileMode.GroupRead;

    public UnixFileMode FolderMode => FileMode | UnixFileMode.UserExecute | (FileMode.HasFlag(UnixFileMode.GroupRead) ? UnixFileMode.GroupExecute : 0);

    public string Root { get; } = Path.GetFullPath(options.Value.Path);

    public string GameFolder(int gameId) => Path.Combine(Root, "games", gameId.ToString(CultureInfo.InvariantCulture));

    public string IncomingFolder(int gameId) => Path.Combine(Root, "incoming", gameId.ToString(CultureInfo.InvariantCulture));

    public string StoredPath(int gameId, string sha256) => Path.Combine(GameFolder(gameId), Checked(sha256));

    /// <summary>From the media folder, with slashes.</summary>
    public static string RelativePath(int gameId, string sha256) => string.Create(CultureInfo.InvariantCulture, $"games/{gameId}/{Checked(sha256)}");

    public string IncomingPath(int gameId, string sha256) => Path.Combine(IncomingFolder(gameId), Checked(sha256));

    /// <summary>With the folders above it, each closed to others; .NET would give the mode to the last one alone. Folders that are there keep theirs.</summary>
    public void CreateFolder(string path)
    {
        if (Path.GetDirectoryName(path) is { } above && !Directory.Exists(above))
        {
            CreateFolder(above);
        }

        Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>The folders of all games, where they are there.</summary>
    public IEnumerable<string> GameFolders => new[] { "games", "incoming" }.Select(name => Path.Combine(Root, name)).Where(Directory.Exists);

    private static string Checked(string sha256) => IsSha256(sha256) ? sha256 : throw new ArgumentException("A file is named by 64 lower-case hex digits.", nameof(sha256));

    public static bool IsSha256(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
}
