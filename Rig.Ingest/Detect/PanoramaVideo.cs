using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Rig.Actors.Pipeline;

namespace Rig.Ingest.Detect;

/// <summary>The stitched video, read frame by frame through an ffmpeg process with the frames' own timestamps.</summary>
internal sealed class PanoramaVideo
{
    private readonly string path;

    private PanoramaVideo(string path, int width, int height, long[] timesMs)
    {
        this.path = path;
        (Width, Height, TimesMs) = (width, height, timesMs);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Each frame's time on the video's own line, in showing order.</summary>
    public IReadOnlyList<long> TimesMs { get; }

    /// <exception cref="StageFailedException">Not a video that can be read.</exception>
    public static async Task<PanoramaVideo> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var (width, height) = (0, 0);
        var times = new List<long>();
        using var probe = new Child("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height:packet=pts_time", "-of", "csv=print_section=1", path]);
        while (await probe.Output.ReadLineAsync(cancellationToken) is { } line)
        {
            var fields = line.Split(',');
            if (fields is ["packet", var time, ..] && double.TryParse(time, CultureInfo.InvariantCulture, out var seconds))
            {
                times.Add((long)Math.Round(seconds * 1000));
            }
            else if (fields is ["stream", var w, var h, ..])
            {
                _ = int.TryParse(w, CultureInfo.InvariantCulture, out width);
                _ = int.TryParse(h, CultureInfo.InvariantCulture, out height);
            }
        }

        await probe.EndAsync(cancellationToken);
        if (width < 2 || height < 2 || width % 2 != 0 || height % 2 != 0 || times.Count == 0)
        {
            throw new StageFailedException($"{Path.GetFileName(path)} has no frames to look at. {probe.Complaint} Run the stitch stage again.");
        }

        // Packets come in decoding order.
        times.Sort();
        return new PanoramaVideo(path, width, height, [.. times]);
    }

    /// <summary>Every frame in order. The picture is reused for the next one.</summary>
    public async IAsyncEnumerable<(int Index, Picture Picture)> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in DecodeAsync([], [], cancellationToken))
        {
            yield return frame;
        }
    }

    /// <summary>About <paramref name="count"/> pictures spread over the first <paramref name="within"/>.</summary>
    public async Task<IReadOnlyList<Picture>> SampleAsync(int count, TimeSpan within, CancellationToken cancellationToken)
    {
        var frames = TimesMs.Count(time => time - TimesMs[0] < within.TotalMilliseconds);
        var seconds = (int)((TimesMs[frames - 1] - TimesMs[0]) / 1000);
        // The stitcher writes a key frame each second; where those are enough, the rest need not be decoded.
        var keyFrames = seconds > 2 * count;
        var step = Math.Max(1, (keyFrames ? seconds : frames) / count);
        string[] input = keyFrames ? ["-skip_frame", "nokey"] : [];
        string[] select = ["-vf", $"select=not(mod(n\\,{step}))", "-frames:v", count.ToString(CultureInfo.InvariantCulture)];
        var samples = new List<Picture>();
        await foreach (var (_, picture) in DecodeAsync(input, select, cancellationToken))
        {
            var copy = new Picture(Width, Height);
            picture.Data.CopyTo(copy.Data, 0);
            samples.Add(copy);
        }

        return samples;
    }

    private async IAsyncEnumerable<(int Index, Picture Picture)> DecodeAsync(
        string[] inputOptions, string[] outputOptions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] arguments = ["-nostdin", "-v", "error", .. inputOptions, "-i", path, "-map", "0:v:0", .. outputOptions, "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"];
        using var decoder = new Child("ffmpeg", arguments);
        var picture = new Picture(Width, Height);
        var index = 0;
        while (await decoder.Output.BaseStream.ReadAtLeastAsync(picture.Data, picture.Data.Length, throwOnEndOfStream: false, cancellationToken) == picture.Data.Length)
        {
            yield return (index++, picture);
        }

        await decoder.EndAsync(cancellationToken);
        if (index == 0)
        {
            throw new StageFailedException($"{Path.GetFileName(path)} could not be decoded. {decoder.Complaint} Run the stitch stage again.");
        }
    }

    /// <summary>A process whose output is read; killed when it is left early.</summary>
    private sealed class Child : IDisposable
    {
        private readonly Process process;
        private readonly Task<string> complaint;

        public Child(string program, string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            try
            {
                process = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw new StageFailedException($"{program} could not be started ({e.Message}). Run scripts/setup.sh; it installs ffmpeg.", e);
            }

            complaint = process.StandardError.ReadToEndAsync();
        }

        public StreamReader Output => process.StandardOutput;

        /// <summary>The last thing the program said on its error output.</summary>
        public string Complaint { get; private set; } = "";

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            await process.WaitForExitAsync(cancellationToken);
            Complaint = (await complaint).Trim().Split('\n')[^1];
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }
}
