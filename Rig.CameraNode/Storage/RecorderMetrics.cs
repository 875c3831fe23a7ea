using System.Diagnostics.Metrics;

namespace Rig.CameraNode.Storage;

/// <summary>Figures of the recorder; read by the node's metrics endpoint.</summary>
internal static class RecorderMetrics
{
    internal const string MeterName = "Rig.Recorder";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> Frames = Meter.CreateCounter<long>("rig_recorder_frames_total", description: "Encoded frames received.");

    internal static readonly Counter<long> DroppedFrames = Meter.CreateCounter<long>("rig_recorder_dropped_frames_total", description: "Frames lost, by cause.");

    internal static readonly Counter<long> Fragments = Meter.CreateCounter<long>("rig_recorder_fragments_total", description: "Fragments written.");

    internal static readonly Counter<long> CaptureRestarts = Meter.CreateCounter<long>("rig_capture_restarts_total", description: "Capture processes replaced.");

    internal static readonly Histogram<double> SyncSeconds = Meter.CreateHistogram<double>("rig_recorder_fdatasync_seconds", "s", "Time that flushing to disk took.");
}
