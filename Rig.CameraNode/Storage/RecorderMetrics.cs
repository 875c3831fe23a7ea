using Prometheus;

namespace Rig.CameraNode.Storage;

/// <summary>Figures of the recorder, for the node's <c>/metrics</c>.</summary>
internal sealed class RecorderMetrics
{
    /// <summary>Upper bounds of the buckets, in seconds.</summary>
    private static readonly double[] SyncBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    public RecorderMetrics(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        Frames = metrics.CreateCounter("rig_recorder_frames_total", "Encoded frames received.");
        DroppedFrames = metrics.CreateCounter("rig_recorder_dropped_frames_total", "Frames lost, by cause.", "cause");
        Fragments = metrics.CreateCounter("rig_recorder_fragments_total", "Fragments written.");
        CaptureRestarts = metrics.CreateCounter("rig_capture_restarts_total", "Capture processes replaced.");
        SyncSeconds = metrics.CreateHistogram("rig_recorder_fdatasync_seconds", "Time that flushing to disk took.", new HistogramConfiguration { Buckets = SyncBounds });
    }

    internal Counter Frames { get; }

    /// <summary>One label: a <see cref="CameraNode.Imaging.DropCause"/>.</summary>
    internal Counter DroppedFrames { get; }

    internal Counter Fragments { get; }

    internal Counter CaptureRestarts { get; }

    internal Histogram SyncSeconds { get; }
}
