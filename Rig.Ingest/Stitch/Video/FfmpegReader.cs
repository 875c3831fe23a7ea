using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Rig.Ingest.Stitch.Video;

/// <summary>Decodes through an ffmpeg process at the file's constant frame rate; for machines with another libav than the known one.</summary>
internal sealed unsafe class FfmpegReader : IVideoReader
{
    private readonly string path;
    private Process? process;
    private long framesRead;
    private double offsetSeconds;

    private FfmpegReader(string path, int width, int height, double framesPerSecond, double durationSeconds, bool hasAudio)
    {
        this.path = path;
        (Width, Height, FramesPerSecond, DurationSeconds, HasAudio) = (width, height, framesPerSecond, durationSeconds, hasAudio);
    }

    public int Width { get; }

    public int Height { get; }

    public double FramesPerSecond { get; }

    public double DurationSeconds { get; }

    public bool HasAudio { get; }

    public static FfmpegReader Open(string path)
    {
        var name = Path.GetFileName(path);
        using var probe = Start("ffprobe", ["-v", "error", "-of", "json", "-show_streams", "-i", "file:" + path]);
        var text = probe.StandardOutput.ReadToEnd();
        probe.WaitForExit();
        if (probe.ExitCode != 0)
        {
            throw new InvalidDataException($"The file {name} is not a video file: ffprobe cannot read it.");
        }

        using var document = JsonDocument.Parse(text);
        var streams = document.RootElement.GetProperty("streams").EnumerateArray().ToArray();
        var video = streams.FirstOrDefault(s => Text(s, "codec_type") == "video");
        if (video.ValueKind != JsonValueKind.Object || !video.TryGetProperty("width", out var width) || !video.TryGetProperty("height", out var height))
        {
            throw new InvalidDataException($"The file {name} holds no video that can be decoded.");
        }

        var rate = (Text(video, "avg_frame_rate") ?? "25/1").Split('/');
        var fps = double.Parse(rate[0], CultureInfo.InvariantCulture) / double.Parse(rate[^1], CultureInfo.InvariantCulture);
        var duration = double.TryParse(Text(video, "duration"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        return new FfmpegReader(path, width.GetInt32(), height.GetInt32(), double.IsFinite(fps) && fps > 0 ? fps : 25, duration, streams.Any(s => Text(s, "codec_type") == "audio"));

        static string? Text(JsonElement element, string key) => element.TryGetProperty(key, out var value) ? value.GetString() : null;
    }

    public VideoFrame? Read()
    {
        process ??= Start(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-ss", offsetSeconds.ToString(CultureInfo.InvariantCulture), "-i", "file:" + path, "-map", "0:v:0",
             "-r", FramesPerSecond.ToString(CultureInfo.InvariantCulture), "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"]);
        var data = GC.AllocateUninitializedArray<byte>(Width * Height * 3 / 2, pinned: true);
        if (process.StandardOutput.BaseStream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
        {
            return null;
        }

        return new PinnedFrame(data, Width, Height, offsetSeconds + (framesRead++ / FramesPerSecond));
    }

    public void Seek(double seconds)
    {
        End();
        offsetSeconds = Math.Max(0, seconds);
        framesRead = 0;
    }

    public void Dispose() => End();

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started; install ffmpeg.");
    }

    private void End()
    {
        if (process is { } running)
        {
            process = null;
            if (!running.HasExited)
            {
                running.Kill();
            }

            running.Dispose();
        }
    }

    private sealed class PinnedFrame : VideoFrame
    {
        private byte[]? data;

        public PinnedFrame(byte[] data, int width, int height, double seconds)
        {
            this.data = data;
            (Width, Height, Seconds, StrideY, StrideC) = (width, height, seconds, width, width / 2);
            Y = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(data, 0);
            U = Y + (width * height);
            V = U + (width * height / 4);
        }

        public override void Dispose()
        {
            data = null;
            Y = U = V = null;
        }
    }
}
