using System.Diagnostics;
using System.Globalization;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Rehearsal.Capture;

namespace Rig.Bench.Record;

/// <summary>
/// What it costs to feed ffmpeg by a pipe and to read its pictures back: processor time of both ends, beside one ffmpeg that reads
/// the same raw pictures from a file in memory and throws its output away. Both at the frame rate of a recording: at full speed the
/// two ends of a pipe spin for its lock.
/// </summary>
internal static class EncodePipeBench
{
    private const int Width = 1280, Height = 720, Fps = 30, Pictures = 24;
    private const double BitrateMbps = 6;

    internal static async Task<int> RunAsync(int frames, int rounds)
    {
        var settings = new EncoderSettings(VideoCodec.H264, Width, Height, Fps, BitrateMbps, "superfast");
        var pictures = Draw();
        var raw = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"rig-bench-{Environment.ProcessId}.yuv");
        try
        {
            await using (var file = File.Create(raw))
            {
                foreach (var picture in pictures)
                {
                    file.Write(picture.Data);
                }
            }

            var costs = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                var fromFile = await FromFileAsync(settings, raw, frames);
                var byPipe = ByPipe(settings, pictures, frames);
                costs.Add((byPipe / fromFile) - 1);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round {round + 1}: by pipe {byPipe * 1000:0.00} ms a frame, from a file {fromFile * 1000:0.00} ms, the pipe costs {costs[^1] * 100:0.0} %"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"encode-pipe: {costs.Order().ElementAt(rounds / 2) * 100:0.0} % of the encode (goal under 5; min {costs.Min() * 100:0.0}, max {costs.Max() * 100:0.0})"));
            return 0;
        }
        finally
        {
            File.Delete(raw);
        }
    }

    private static List<Yuv420Frame> Draw()
    {
        using var match = RehearsalCameras.Create(new ConfigureCapture("CAM_C", FrameSources.Synthetic, Width, Height, Fps, BitrateMbps, "h264", "superfast", 1, null));
        var pictures = new List<Yuv420Frame>();
        for (var i = 0; i < Pictures; i++)
        {
            pictures.Add(new Yuv420Frame(Width, Height));
            match.Fill(pictures[i], TimeSpan.FromSeconds(5 + ((double)i / Fps)));
        }

        return pictures;
    }

    private static async Task<double> FromFileAsync(EncoderSettings settings, string raw, int frames)
    {
        var arguments = settings.FfmpegArguments().ToList();
        var input = arguments.IndexOf("-i");
        arguments[input + 1] = raw;
        arguments.InsertRange(input + 2, ["-frames:v", frames.ToString(CultureInfo.InvariantCulture)]);
        arguments.InsertRange(input, ["-re", "-stream_loop", "-1"]);
        arguments[^1] = "/dev/null";
        arguments.Insert(arguments.Count - 1, "-y");
        var before = ProcessTree.EndedChildrenSeconds();
        using var ffmpeg = Process.Start("ffmpeg", arguments);
        await ffmpeg.WaitForExitAsync();
        return ffmpeg.ExitCode == 0 ? (ProcessTree.EndedChildrenSeconds() - before) / frames : throw new InvalidOperationException("ffmpeg could not encode the pictures.");
    }

    private static double ByPipe(EncoderSettings settings, List<Yuv420Frame> pictures, int frames)
    {
        var (children, own, came) = (ProcessTree.EndedChildrenSeconds(), Environment.CpuUsage.TotalTime, 0);
        using (var encoder = new FfmpegEncoder(settings))
        {
            encoder.BeginRead(_ => came++);
            var slots = new FrameSlots(MonotonicClock.NowNs, Fps);
            for (var i = 0; i < frames; i++)
            {
                Posix.SleepUntil(slots.DueNs(i));
                encoder.Write(pictures[i % Pictures], 0, _ => { });
            }

            encoder.Finish(TimeSpan.FromSeconds(30));
        }

        return came == frames
            ? (ProcessTree.EndedChildrenSeconds() - children + (Environment.CpuUsage.TotalTime - own).TotalSeconds) / frames
            : throw new InvalidOperationException($"{came} of {frames} pictures came out.");
    }
}
