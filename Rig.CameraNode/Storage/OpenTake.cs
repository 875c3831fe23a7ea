using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// All that the manifest needs and the video file does not say, kept as <c>{recording id}.open</c> from the take's start until it
/// is sealed. docs/ref/node-storage.md.
/// </summary>
internal sealed record OpenTake
{
    public required string RecordingId { get; init; }
    public required DateTimeOffset ScheduledStartMaster { get; init; }
    public double? ClockOffsetMs { get; init; }
    public bool NtpSynced { get; init; }
    public required IReadOnlyList<string> SessionCameras { get; init; }
    public required string Source { get; init; }
    public required string Codec { get; init; }
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required int Fps { get; init; }
    public required double BitrateMbps { get; init; }
    public ManifestLens? Lens { get; init; }
    public ManifestDevice? Device { get; init; }
    public ManifestFraming? Framing { get; init; }

    /// <summary>The first frame's slot and instants; absent until there is one.</summary>
    public FirstFrame? First { get; init; }

    internal long FrameDurationNs => 1_000_000_000L / Fps;

    internal byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, OpenTakeJson.Default.OpenTake);

    internal static OpenTake Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, OpenTakeJson.Default.OpenTake) ?? throw new JsonException("The .open file is null.");

    internal sealed record FirstFrame(long Number, long MonotonicNs, long WallNs);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(OpenTake))]
internal sealed partial class OpenTakeJson : JsonSerializerContext;
