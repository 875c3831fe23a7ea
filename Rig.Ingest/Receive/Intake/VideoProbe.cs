using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rig.Actors.Recording;

namespace Rig.Ingest.Receive;

/// <summary>
/// Makes a manifest for a take that came without one, from what ffprobe reads in the file. A file that ffprobe cannot read keeps
/// zeros there; the pipeline then says so.
/// </summary>
internal static class VideoProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <param name="now">Without a creation time in the file the recording is taken to have ended now.</param>
    public static async Task<Manifest> DescribeAsync(string path, TakeFacts facts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (width, height, fps, duration, codec, created) = Read(await RunAsync(path, cancellationToken));
        var id = new RecordingId(facts.SessionId, facts.CameraId, facts.Take ?? 1);
        var start = created ?? now.AddSeconds(-duration);
        return new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), facts.SessionId.Value, facts.CameraId.Value, facts.CameraId.Position, id.Take),
            File = new ManifestFile($"{id}.mp4", facts.SizeBytes, "mp4", codec),
            Video = new ManifestVideo(
                new ManifestResolution(width, height), fps, duration > 0 ? Math.Round(facts.SizeBytes * 8 / duration / 1e6, 3) : 0, duration),
            Timing = new ManifestTiming(start, start.AddSeconds(duration), NtpSynced: false),
            Checksum = new ManifestChecksum("sha256", facts.Sha256),
        };
    }

    private static async Task<string> RunAsync(string path, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("ffprobe") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-v", "error", "-select_streams", "v:0", "-print_format", "json", "-show_streams", "-show_format", path })
        {
            start.ArgumentList.Add(argument);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var errors = process.StandardError.ReadToEndAsync(deadline.Token);
                var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
                await errors;
                await process.WaitForExitAsync(deadline.Token);
                return process.ExitCode == 0 ? output : "";
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }
            }
        }
        catch (Exception e) when (e is Win32Exception || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "";
        }
    }

    private static (int Width, int Height, int Fps, double Duration, string Codec, DateTimeOffset? Created) Read(string json)
    {
        if (json.Length == 0)
        {
            return (0, 0, 0, 0, "h264", null);
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!root.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0)
        {
            return (0, 0, 0, 0, "h264", null);
        }

        var stream = streams[0];
        var format = root.GetProperty("format");
        var rate = Text(stream, "avg_frame_rate")?.Split('/');
        var fps = rate is [var n, var d] && Parse(n) is var frames && Parse(d) is > 0 and var seconds ? (int)Math.Round(frames / seconds) : 0;
        DateTimeOffset? created = format.TryGetProperty("tags", out var tags)
            && DateTimeOffset.TryParse(Text(tags, "creation_time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;
        return (
            stream.TryGetProperty("width", out var width) ? width.GetInt32() : 0,
            stream.TryGetProperty("height", out var height) ? height.GetInt32() : 0,
            fps,
            Parse(Text(format, "duration") ?? ""),
            Text(stream, "codec_name") == "hevc" ? "h265" : "h264",
            created);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : 0;
}
