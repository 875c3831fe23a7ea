using Rig.Domain.Identity;

namespace Rig.CameraNode.Storage;

/// <summary>Where one take's files are. Built from a <see cref="TakeId"/> only, whose parts are safe as names.</summary>
internal sealed record TakePaths(TakeId Id, string RecordingFolder, string ManifestFolder)
{
    internal string Video => InRecordings(".mp4");

    internal string Index => InRecordings(".index");

    /// <summary>There while the take is unsealed; what is needed to seal it after a crash.</summary>
    internal string Open => InRecordings(".open");

    /// <summary>Space kept for the manifest of a take that ends because the disk is full.</summary>
    internal string Reserve => InRecordings(".reserve");

    internal string Truth => InRecordings(".truth.jsonl");

    internal string Manifest => Path.Combine(ManifestFolder, $"{Id}.json");

    internal string Receipt => Path.Combine(ManifestFolder, $"{Id}.receipt.json");

    /// <summary>Every file a take can have, but for the parts of its truth.</summary>
    internal IReadOnlyList<string> All => [Video, Index, Truth, Open, Reserve, Manifest, Receipt];

    /// <summary>The file is where this take's files are and has a name of theirs.</summary>
    internal bool Owns(string path) => All.Contains(path, StringComparer.Ordinal) || path.StartsWith(Truth + ".", StringComparison.Ordinal);

    /// <summary>Nested: a folder a session and in it one a camera. Flat: all in one folder; ids are unique, so takes never meet.</summary>
    internal static TakePaths Of(StorageOptions options, TakeId id) => new(
        id,
        Folder(options.RecordingsPath, options.Layout, id),
        Folder(options.ManifestsPath, options.Layout, id));

    private static string Folder(string root, StorageLayout layout, TakeId id) =>
        layout == StorageLayout.Flat ? root : Path.Combine(root, id.SessionId.Value, id.CameraId.Value);

    private string InRecordings(string extension) => Path.Combine(RecordingFolder, Id + extension);
}
