using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rig.CameraNode.Encoding;

namespace Rig.Bench.Record;

/// <summary>
/// Processor time a recorded frame: the node with all its processes playing a video as its camera, beside one ffmpeg that decodes
/// and encodes the same video with the same settings in real time and does nothing else.
/// </summary>
internal static class RecordOverheadBench
{
    private const int Width = 1280, Height = 720, Fps = 30;
    private const double BitrateMbps = 6;

    internal static async Task<int> RunAsync(int seconds, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var footage = Path.Combine(folder, "footage.mp4");
            await FfmpegAsync(["-v", "error", "-f", "lavfi", "-i", $"testsrc2=s={Width}x{Height}:r={Fps}:d={seconds + 10},noise=alls=8:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-y", footage]);
            var ratios = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                var bare = await BareAsync(footage, seconds);
                var (rig, dropped) = await RigAsync(Path.Combine(folder, $"node{round}"), footage, seconds);
                ratios.Add(rig / bare);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round {round + 1}: rig-node {rig * 1000:0.00} ms a frame ({dropped} dropped), bare ffmpeg {bare * 1000:0.00} ms, ratio {rig / bare:0.000}"));
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
            ["FootageFile"] = footage,
            ["Width"] = BenchNode.Text(Width),
            ["Height"] = BenchNode.Text(Height),
            ["Fps"] = BenchNode.Text(Fps),
            ["BitrateMbps"] = "6",
            ["Preset"] = "superfast",
        };
        await using var node = await BenchNode.StartAsync(folder, "CAM_C", BenchNode.FreePort(), BenchNode.FreePort(), camera);
        await node.PostAsync("/api/v1/record/start");
        var begin = Frames(await node.UntilAsync(status => Frames(status) > Fps));
        var (cpuBefore, _) = ProcessTree.Read(node.ProcessId);
        var end = await node.UntilAsync(status => Frames(status) >= begin + (seconds * Fps) - (10 * Fps));
        var (cpuAfter, _) = ProcessTree.Read(node.ProcessId);
        await node.PostAsync("/api/v1/record/stop");
        return ((cpuAfter - cpuBefore) / (Frames(end) - begin), end.GetProperty("recording").GetProperty("dropped_frames").GetInt64());
    }

    private static long Frames(JsonElement status) => status.GetProperty("recording").GetProperty("frames").GetInt64();

    private static async Task<double> BareAsync(string footage, int seconds)
    {
        var encode = new EncoderSettings(VideoCodec.H264, Width, Height, Fps, BitrateMbps, "superfast").FfmpegArguments();
        var output = encode.SkipWhile(a => a != "-fps_mode").ToList();
        output[^1] = "/dev/null";
        var before = ProcessTree.EndedChildrenSeconds();
        using var ffmpeg = Process.Start("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-re", "-i", footage, "-t", BenchNode.Text(seconds), .. output]);
        await ffmpeg.WaitForExitAsync();
        return ffmpeg.ExitCode == 0
            ? (ProcessTree.EndedChildrenSeconds() - before) / (seconds * Fps)
            : throw new InvalidOperationException("ffmpeg could not encode the footage.");
    }

    private static async Task FfmpegAsync(string[] arguments)
    {
        using var ffmpeg = Process.Start("ffmpeg", arguments);
        await ffmpeg.WaitForExitAsync();
    }
}
