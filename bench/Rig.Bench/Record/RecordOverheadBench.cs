using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rig.CameraNode.Encoding;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Record;

/// <summary>
/// Processor time a recorded frame: the node with all its processes playing a video as its camera, beside ffmpeg that does nothing
/// but the same encode in real time. The camera is an ffmpeg that decodes a video into a pipe, for the node and for the bare encoder
/// alike. Beside them for orientation one ffmpeg that decodes and encodes in one process, a camera that no rig has.
/// </summary>
internal static class RecordOverheadBench
{
    private const int Width = 1280, Height = 720, Fps = 30;
    private const double BitrateMbps = 6;

    /// <summary>Seconds of a take before the measurement: .NET compiles in them what a match runs for two hours.</summary>
    private const int WarmUpSeconds = 30;

    /// <summary>As cameras tag their pictures; without it the node would convert what the bare ffmpeg leaves as it is.</summary>
    private static readonly string[] Colour = ["-color_range", "tv", "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"];

    private static readonly string[] RawInput = [.. new EncoderSettings(VideoCodec.H264, Width, Height, Fps, BitrateMbps, "superfast").FfmpegArguments().TakeWhile(a => a != "-fps_mode").SkipWhile(a => a != "-threads")];

    internal static async Task<int> RunAsync(int seconds, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var footage = Path.Combine(folder, "footage.mp4");
            await FfmpegAsync(["-v", "error", "-f", "lavfi", "-i", $"testsrc2=s={Width}x{Height}:r={Fps}:d={seconds + (2 * WarmUpSeconds)},noise=alls=8:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", .. Colour, "-y", footage]);
            var ratios = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                var single = await BareAsync(["-i", footage, "-t", BenchNode.Text(seconds)], "-re", null, seconds);
                var bare = await BareAsync(RawInput, null, ["-re", "-i", footage, "-t", BenchNode.Text(seconds), "-f", "rawvideo", "pipe:1"], seconds);
                var (rig, dropped) = await RigAsync(Path.Combine(folder, $"node{round}"), footage, seconds);
                ratios.Add(rig / bare);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  round {round + 1}: rig-node {rig * 1000:0.00} ms a frame ({dropped} dropped), bare ffmpeg {bare * 1000:0.00} ms, ratio {rig / bare:0.000}; in one process {single * 1000:0.00} ms, ratio {rig / single:0.000}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"record-overhead: {ratios.Order().ElementAt(rounds / 2):0.000} x bare ffmpeg (goal at most 1.05; min {ratios.Min():0.000}, max {ratios.Max():0.000})"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double CpuSecondsPerFrame, long Dropped)> RigAsync(string folder, string footage, int seconds)
    {
        var camera = new Dictionary<string, string>
        {
            ["Source"] = "footage",
            ["CaptureProgram"] = Programs.Find("rig-rehearsal"),
            ["FootageFile"] = footage,
            ["Width"] = BenchNode.Text(Width),
            ["Height"] = BenchNode.Text(Height),
            ["Fps"] = BenchNode.Text(Fps),
            ["BitrateMbps"] = "6",
            ["Preset"] = "superfast",
        };
        await using var node = await BenchNode.StartAsync(folder, "CAM_C", FreePort.Next(), FreePort.Next(), camera);
        await node.PostAsync("/api/v1/record/start");
        await Task.Delay(TimeSpan.FromSeconds(WarmUpSeconds));
        var begin = Frames(await node.StatusAsync());
        var (cpuBefore, _) = ProcessTree.Read(node.ProcessId);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var end = await node.StatusAsync();
        var (cpuAfter, _) = ProcessTree.Read(node.ProcessId);
        await node.PostAsync("/api/v1/record/stop");
        return ((cpuAfter - cpuBefore) / (Frames(end) - begin), end.GetProperty("recording").GetProperty("dropped_frames").GetInt64());
    }

    private static long Frames(JsonElement status) => status.GetProperty("recording").GetProperty("frames").GetInt64();

    private static async Task<double> BareAsync(string[] input, string? pace, string[]? camera, int seconds)
    {
        var encode = new EncoderSettings(VideoCodec.H264, Width, Height, Fps, BitrateMbps, "superfast").FfmpegArguments();
        var output = encode.SkipWhile(a => a != "-fps_mode").ToList();
        output[^1] = "/dev/null";
        string[] quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"];
        var command = string.Join(' ', [.. quiet, .. pace is null ? Array.Empty<string>() : [pace], .. input, .. output]);
        var before = ProcessTree.EndedChildrenSeconds();
        using var shell = Process.Start("bash", ["-o", "pipefail", "-c", camera is null ? command : string.Join(' ', [.. quiet, .. camera]) + " | " + command]);
        await shell.WaitForExitAsync();
        return shell.ExitCode == 0
            ? (ProcessTree.EndedChildrenSeconds() - before) / (seconds * Fps)
            : throw new InvalidOperationException("ffmpeg could not encode the footage.");
    }

    private static async Task FfmpegAsync(string[] arguments)
    {
        using var ffmpeg = Process.Start("ffmpeg", arguments);
        await ffmpeg.WaitForExitAsync();
    }
}
