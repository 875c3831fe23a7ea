using System.Diagnostics;
using Instances;
using Instances.Exceptions;

namespace Rig.Media;

/// <summary>One way of coding video that was tried.</summary>
/// <param name="Name">ffmpeg's.</param>
/// <param name="FramesPerSecond">Of a drawn 1280x720 picture; null where it does not work.</param>
/// <param name="Problem">Why it does not work, a sentence; null where it does.</param>
public sealed record TriedCoder(string Name, double? FramesPerSecond, string? Problem);

/// <summary>Tries what ffmpeg can do on this machine, instead of believing its lists: a build with NVENC runs on machines without a GPU too.</summary>
public static class HardwareCoding
{
    private const int Frames = 120;

    /// <summary>An encoder of ffmpeg's, such as <c>libx264</c> or <c>h264_nvenc</c>.</summary>
    public static TriedCoder TryEncoder(string name) => FfmpegPrograms.Encoders([name]).Count == 0
        ? new TriedCoder(name, null, FfmpegPrograms.Find("ffmpeg") is null ? FfmpegPrograms.NotInstalled : "This ffmpeg does not have it.")
        : Try(name, $"-f lavfi -i testsrc2=size=1280x720:rate=30 -frames:v {Frames} -pix_fmt yuv420p -c:v {name} -f null -");

    /// <summary>NVDEC, and whatever else needs the GPU's driver: whether ffmpeg can open the GPU.</summary>
    public static TriedCoder TryCuda() => Try("cuda", $"-init_hw_device cuda=gpu -f lavfi -i testsrc2=size=1280x720:rate=30 -frames:v {Frames} -f null -");

    private static TriedCoder Try(string name, string arguments)
    {
        if (FfmpegPrograms.Find("ffmpeg") is not { } ffmpeg)
        {
            return new TriedCoder(name, null, FfmpegPrograms.NotInstalled);
        }

        try
        {
            var clock = Stopwatch.StartNew();
            var result = Instance.Finish(ffmpeg, $"{FfmpegRun.Quiet} {arguments}");
            return result.ExitCode == 0
                ? new TriedCoder(name, Frames / clock.Elapsed.TotalSeconds, null)
                : new TriedCoder(name, null, result.ErrorData.FirstOrDefault(line => line.Length > 0) ?? $"ffmpeg ended with {result.ExitCode}.");
        }
        catch (InstanceFileNotFoundException)
        {
            return new TriedCoder(name, null, FfmpegPrograms.NotInstalled);
        }
    }
}
