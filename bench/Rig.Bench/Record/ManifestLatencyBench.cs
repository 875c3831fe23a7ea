using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Bench.Record;

/// <summary>
/// From the last frame to the manifest with its SHA-256 on disk, for takes of a minute, ten and a hundred. The frames are written
/// faster than real time and flushed before the stop, as they are in a match.
/// </summary>
internal static class ManifestLatencyBench
{
    private const int Width = 640, Height = 360, Fps = 30;

    internal static async Task<int> RunAsync(int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var frames = Encode();
            var worst = 0.0;
            foreach (var minutes in new[] { 1, 10, 100 })
            {
                var times = new List<double>();
                long bytes = 0;
                for (var round = 0; round < rounds; round++)
                {
                    (var ms, bytes) = await TakeAsync(folder, frames, minutes, round);
                    times.Add(ms);
                }

                worst = Math.Max(worst, times.Max());
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {minutes,3} min, {bytes / 1e6:0} MB: manifest {times.Order().ElementAt(rounds / 2):0.0} ms after the stop (max {times.Max():0.0})"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"manifest-latency: worst {worst:0.0} ms (goal at most 200 for any length)"));
            return worst <= 200 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Ms, long Bytes)> TakeAsync(string folder, List<EncodedFrame> frames, int minutes, int round)
    {
        var storage = new StorageOptions { RecordingsPath = Path.Combine(folder, "recordings"), ManifestsPath = Path.Combine(folder, "manifests") };
        var id = new TakeId(SessionId.Parse($"BENCH_{minutes}_{round}"), CameraId.Center);
        var paths = TakePaths.Of(storage, id);
        var open = new OpenTake
        {
            RecordingId = id.ToString(),
            ScheduledStartMaster = TimeProvider.System.GetUtcNow(),
            SessionCameras = [id.CameraId.Value],
            Source = "pattern",
            Codec = "h264",
            Width = Width,
            Height = Height,
            Fps = Fps,
            BitrateMbps = 1,
        };
        var writer = TakeWriter.Create(new PosixRecordingFiles(), paths, open, NullLogger.Instance, new RecorderMetrics(Prometheus.Metrics.NewCustomRegistry()));
        var slots = new FrameSlots(0, Fps);
        var count = minutes * 60 * Fps;
        for (var n = 0; n < count; n++)
        {
            writer.Enqueue(frames[n % frames.Count] with { Number = n, MonotonicNs = slots.DueNs(n), WallNs = slots.DueNs(n) }, "bench");
        }

        while (writer.Frames < count || writer.DurableBytes < writer.SizeBytes - (1 << 20))
        {
            await Task.Delay(20);
        }

        var clock = Stopwatch.StartNew();
        writer.Finish(TakeEndReason.Stopped, count);
        var take = await writer.Ended;
        var ms = clock.Elapsed.TotalMilliseconds;
        File.Delete(take.FilePath);
        return (ms, take.Manifest.File.SizeBytes);
    }

    private static List<EncodedFrame> Encode()
    {
        var frames = new List<EncodedFrame>();
        var slots = new FrameSlots(0, Fps);
        var random = new Random(1);
        using var pattern = new TestPatternSource(Width, Height, Fps);
        using var pipeline = new EncodingPipeline(
            new EncoderSettings(VideoCodec.H264, Width, Height, Fps, 1, "superfast"),
            frame => frames.Add(frame with { Data = frame.Data.ToArray() }),
            (slot, cause) => throw new InvalidOperationException($"Frame {slot}: {cause}"));
        pipeline.Begin();
        for (var n = 0; n < 2 * Fps; n++)
        {
            var picture = pipeline.TryRent(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("The encoder is stuck.");
            pattern.Fill(picture, TimeSpan.FromSeconds((double)n / Fps));

            // Noise fills the bitrate, so that the take is as large as one of a match.
            random.NextBytes(picture.Y);
            pipeline.Submit(new EncodingPipeline.Slot(n, slots.DueNs(n), slots.DueNs(n)), picture);
        }

        pipeline.Finish();
        return frames;
    }
}
