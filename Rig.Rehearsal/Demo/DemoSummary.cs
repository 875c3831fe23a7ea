using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Rehearsal.Demo;

/// <summary>What <c>--json</c> writes. Every number was measured in this run; what was not measured is absent.</summary>
internal sealed record DemoSummary
{
    public bool Ok { get; set; }
    public string Engine { get; set; } = "";
    public string? SessionId { get; set; }
    public string? Mode { get; set; }
    public string? Source { get; set; }
    public IReadOnlyList<DemoCamera> Cameras { get; set; } = [];

    /// <summary>Latest minus earliest first frame, on the master clock.</summary>
    public double? StartSpreadMs { get; set; }
    public DemoOffload? Offload { get; set; }
    public DemoStitch? Stitch { get; set; }
    public DemoDetect? Detect { get; set; }
    public DemoFollow? Follow { get; set; }
    public DemoTracking? Tracking { get; set; }
    public IReadOnlyList<DemoEvent> Events { get; set; } = [];
    public int Clips { get; set; }
    public IReadOnlyList<DemoRendition> Renditions { get; set; } = [];
    public DemoTruth? Truth { get; set; }
    public DemoViewer? Viewer { get; set; }

    /// <summary>Addresses of the game's pages, answers and media that were asked for without signing in.</summary>
    public int? AnonymousUrlsTried { get; set; }

    /// <summary>Those of them that were not answered; all, or the demo fails.</summary>
    public int? AnonymousUrlsRefused { get; set; }
    public DemoSeconds Seconds { get; set; } = new();

    /// <summary>Why <see cref="Ok"/> is false, one sentence each.</summary>
    public List<string> Problems { get; set; } = [];

    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, DemoJson.Default.DemoSummary);
}

/// <param name="FirstFrameOffsetMs">First frame minus the session's scheduled start.</param>
internal sealed record DemoCamera(string CameraId, long Frames, long DroppedFrames, double DurationSec, long SizeBytes, string Sha256, double FirstFrameOffsetMs, int Takes);

internal sealed record DemoOffload(long Bytes, double Seconds, bool AllVerified, bool AllConfirmed);

internal sealed record DemoStitch(
    int Width, int Height, long Frames, double Fps, double SeamErrorPxMedian, double SeamErrorPxP95, IReadOnlyDictionary<string, double> SyncCorrectionMs, double? PitchErrorPxMedian);

internal sealed record DemoDetect(string Detector, long Frames, double PlayersMedian, double MsPerFrame);

/// <param name="BallKnown">Share of the analysed frames in which the follow camera had a ball.</param>
/// <param name="Within15M">Share of the frames with a visible ball in which the picture's middle was within 15 m of it; only where the truth is known.</param>
internal sealed record DemoFollow(double BallKnown, [property: JsonPropertyName("within_15m")] double? Within15M, [property: JsonPropertyName("max_pan_accel_deg_s2")] double MaxPanAccelDegS2);

/// <param name="Idf1">How well ids stay with people (Ristani and others 2016).</param>
internal sealed record DemoTracking(double Idf1);

internal sealed record DemoEvent(string Type, double TimestampSeconds, double Confidence);

internal sealed record DemoRendition(string Name, string Codec, int Width, int Height, int Segments, long Bytes);

internal sealed record DemoTruth(
    double PlayerRecall, double PlayerPrecision, double BallRecall, double? PositionErrorMMedian, int EventsExpected, int EventsFound, int GoalsExpected, int GoalsFound);

internal sealed record DemoViewer(string Url, int GameId, int PanoramaStatus, int AnonymousStatus);

internal sealed record DemoSeconds
{
    public double Setup { get; set; }
    public double Cluster { get; set; }
    public double Record { get; set; }
    public double Offload { get; set; }
    public double Process { get; set; }
    public double Push { get; set; }
    public double Total { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;
