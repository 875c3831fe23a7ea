using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;

namespace Rig.CameraNode.Api;

internal static class StatusApi
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(250);

    public static void MapStatus(this IEndpointRouteBuilder api)
    {
        api.MapGet("/health", (TimeProvider time) => new { Status = "ok", Timestamp = time.GetUtcNow() });
        api.MapGet("/status", (StatusReader status) => status.Node());
        api.MapGet("/sync/status", (StatusReader status) => status.Sync());
        api.MapGet("/events", StreamAsync);
    }

    /// <summary>
    /// Server-sent events: the whole status at once, then again at every change and at least every two seconds, so that a page
    /// can tell a quiet rig from a dead connection.
    /// </summary>
    private static async Task StreamAsync(HttpContext context, StatusReader status, RigBoard board, TimeProvider time, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await context.Response.WriteAsync("retry: 1000\n\n", stop.Token);
            while (true)
            {
                var change = board.NextChangeAsync(stop.Token);
                var data = JsonSerializer.Serialize(new { SentAt = time.GetUtcNow(), Node = status.Node(), Rig = status.Rig() }, json.Value.SerializerOptions);
                await context.Response.WriteAsync($"event: status\ndata: {data}\n\n", stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
                await Task.Delay(ShortestInterval, time, stop.Token);
                await Task.WhenAny(change, Task.Delay(Heartbeat, time, stop.Token));
                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The page went away or the node is being switched off.
        }
    }

    /// <summary>Prometheus text format 0.0.4.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapGet("/metrics", (ICamera camera, IRecordingCatalogue catalogue, ISensors sensors, MasterClock clock, RigBoard board, StatusReader reader, MeterTotals meters) =>
    {
        var text = new StringBuilder();
        var label = $"{{camera_id=\"{reader.CameraId}\"}}";
        void Write(string name, string type, string help, double? value)
        {
            if (value is { } number)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name}{label} {number:R}\n");
            }
        }

        var (status, storage, reading, sync) = (camera.Status, catalogue.Status, sensors.Read(), clock.Status);
        Write("rig_camera_detected", "gauge", "1 while the camera delivers pictures.", status.Detected ? 1 : 0);
        Write("rig_recording", "gauge", "1 while a take is being recorded.", board.Node?.Phase == NodePhase.Recording ? 1 : 0);
        Write("rig_encode_fps", "gauge", "Frames encoded in the last full second.", status.EncodeFps);
        Write("rig_take_frames", "gauge", "Frames in the running take.", status.Take?.Frames ?? 0);
        Write("rig_take_dropped_frames", "gauge", "Frames dropped in the running take.", status.Take?.DroppedFrames ?? 0);
        Write("rig_take_bytes", "gauge", "Bytes of the running take.", status.Take?.SizeBytes ?? 0);
        Write("rig_storage_free_bytes", "gauge", "Free bytes on the video disk.", storage.FreeBytes);
        Write("rig_storage_recording_minutes", "gauge", "Minutes of video that still fit.", storage.EstimatedRecordingMinutes);
        Write("rig_recordings", "gauge", "Sealed takes on the disk.", storage.RecordingCount);
        Write("rig_recordings_offloaded", "gauge", "Sealed takes that a server has confirmed.", storage.OffloadedCount);
        Write("rig_clock_offset_ms", "gauge", "Node clock minus master clock.", sync.OffsetMs);
        Write("rig_clock_uncertainty_ms", "gauge", "The clock offset is wrong by at most this.", sync.UncertaintyMs);
        Write("rig_cpu_percent", "gauge", "Processor use.", reading.CpuPercent);
        Write("rig_memory_percent", "gauge", "Memory use.", reading.MemoryPercent);
        Write("rig_temperature_celsius", "gauge", "Processor temperature.", reading.TemperatureC);
        Write("rig_battery_percent", "gauge", "Battery charge.", reading.Battery?.Percent);
        meters.WriteTo(text, reader.CameraId.Value);
        return Results.Text(text.ToString(), "text/plain; version=0.0.4", System.Text.Encoding.UTF8);
    });
}
