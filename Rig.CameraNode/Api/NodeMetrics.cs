using Prometheus;
using Rig.Actors.Recording;
using Rig.Domain.Messages;

namespace Rig.CameraNode.Api;

/// <summary>The node's gauges, of the newest snapshot. What this machine has no sensor for is left out.</summary>
internal sealed class NodeMetrics
{
    private readonly List<(Gauge Gauge, Func<NodeSnapshot, double?> Value)> gauges = [];

    public NodeMetrics(CollectorRegistry registry, PublishedNode node)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        Add("rig_camera_detected", "1 while the camera delivers pictures.", now => now.Camera.Detected ? 1 : 0);
        Add("rig_recording", "1 while a take is being recorded.", now => now.Report.Phase == NodePhase.Recording ? 1 : 0);
        Add("rig_encode_fps", "Frames encoded in the last full second.", now => now.Camera.EncodeFps);
        Add("rig_take_frames", "Frames in the running take.", now => now.Camera.Take?.Frames ?? 0);
        Add("rig_take_dropped_frames", "Frames dropped in the running take.", now => now.Camera.Take?.DroppedFrames ?? 0);
        Add("rig_take_bytes", "Bytes of the running take.", now => now.Camera.Take?.SizeBytes ?? 0);
        Add("rig_storage_free_bytes", "Free bytes on the video disk.", now => now.Storage.FreeBytes);
        Add("rig_storage_recording_minutes", "Minutes of video that still fit.", now => now.Storage.EstimatedRecordingMinutes);
        Add("rig_recordings", "Sealed takes on the disk.", now => now.Storage.RecordingCount);
        Add("rig_recordings_offloaded", "Sealed takes that a server has confirmed.", now => now.Storage.OffloadedCount);
        Add("rig_clock_offset_ms", "Node clock minus master clock.", now => now.Sync.OffsetMs);
        Add("rig_clock_uncertainty_ms", "The clock offset is wrong by at most this.", now => now.Sync.UncertaintyMs);
        Add("rig_cpu_percent", "Processor use.", now => now.Sensors.CpuPercent);
        Add("rig_memory_percent", "Memory use.", now => now.Sensors.MemoryPercent);
        Add("rig_temperature_celsius", "Processor temperature.", now => now.Sensors.TemperatureC);
        Add("rig_battery_percent", "Battery charge.", now => now.Sensors.Battery?.Percent);
        registry.AddBeforeCollectCallback(() => Show(node.Current));

        void Add(string name, string help, Func<NodeSnapshot, double?> value) =>
            gauges.Add((metrics.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true }), value));
    }

    private void Show(NodeSnapshot? now)
    {
        foreach (var (gauge, value) in gauges)
        {
            if (now is not null && value(now) is { } number)
            {
                gauge.Set(number);
            }
            else
            {
                gauge.Unpublish();
            }
        }
    }
}
