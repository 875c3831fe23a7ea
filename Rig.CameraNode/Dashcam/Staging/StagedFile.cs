namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>One content that was copied.</summary>
/// <param name="Sha256">Lower-case hex of all its bytes.</param>
/// <param name="Name">Its path in the staging folder and at the host; no two contents ever have the same.</param>
/// <param name="VerifiedAt">When the host was seen to hold it; null before.</param>
/// <param name="Removed">It lies in the staging folder no more.</param>
internal sealed record StagedFile(string Sha256, long SizeBytes, string Name, DateTimeOffset CopiedAt, DateTimeOffset? VerifiedAt = null, bool Removed = false);

/// <summary>A file as the camera shows it, by which it is known again without reading all of it.</summary>
/// <param name="Samples">SHA-256 of parts of its content, see <c>SourceSamples</c>.</param>
internal sealed record KnownSource(string Path, long SizeBytes, long ModifiedUnixMs, string Samples, string Sha256);
