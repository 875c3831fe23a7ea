using Rig.Actors.Recording;

namespace Rig.CameraNode.Storage;

/// <summary>Where one take's files are. Built from a <see cref="RecordingId"/> only, whose parts are safe as names.</summary>
internal sealed record TakePaths(RecordingId Id, string RecordingFolder, string ManifestFolder)
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

    internal static TakePaths Of(StorageOptions options, RecordingId id) => new(
        id,
        Path.Combine(options.RecordingsPath, id.SessionId.Value, id.CameraId.Value),
        Path.Combine(options.ManifestsPath, id.SessionId.Value, id.CameraId.Value));

    private string InRecordings(string extension) => Path.Combine(RecordingFolder, Id + extension);
}
