using System.Globalization;
using System.Runtime.CompilerServices;
using Rig.Actors.Pipeline;
using Rig.Media;

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
        var name = Path.GetFileName(path);
        try
        {
            var (width, height) = (await MediaProbe.ReadAsync(path, cancellationToken)).Video is { } video ? (video.Width, video.Height) : (0, 0);
            var times = await MediaProbe.PacketSecondsAsync(path, cancellationToken);
            return width >= 2 && height >= 2 && width % 2 == 0 && height % 2 == 0 && times.Count > 0
                // Packets come in decoding order.
                ? new PanoramaVideo(path, width, height, [.. times.Select(time => (long)Math.Round(time * 1000)).Order()])
                : throw new StageFailedException($"{name} has no frames to look at. Run the stitch stage again.");
        }
        catch (MediaException e)
        {
            throw new StageFailedException($"{name} has no frames to look at. {e.Message} Run the stitch stage again.", e);
        }
    }

    /// <summary>Every frame in order. The picture is reused for the next one.</summary>
    public async IAsyncEnumerable<(int Index, PanoramaFrame Frame)> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in DecodeAsync([], [], cancellationToken))
        {
            yield return frame;
        }
    }

    /// <summary>About <paramref name="count"/> pictures spread over the first <paramref name="within"/>.</summary>
    public async Task<IReadOnlyList<PanoramaFrame>> SampleAsync(int count, TimeSpan within, CancellationToken cancellationToken)
    {
        var frames = TimesMs.Count(time => time - TimesMs[0] < within.TotalMilliseconds);
        var seconds = (int)((TimesMs[frames - 1] - TimesMs[0]) / 1000);
        // The stitcher writes a key frame each second; where those are enough, the rest need not be decoded.
        var keyFrames = seconds > 2 * count;
        var step = Math.Max(1, (keyFrames ? seconds : frames) / count);
        string[] input = keyFrames ? ["-skip_frame", "nokey"] : [];
        string[] select = ["-vf", $"select=not(mod(n\\,{step}))", "-frames:v", count.ToString(CultureInfo.InvariantCulture)];
        var samples = new List<PanoramaFrame>();
        await foreach (var (_, picture) in DecodeAsync(input, select, cancellationToken))
        {
            var copy = new PanoramaFrame(Width, Height);
            picture.Data.CopyTo(copy.Data, 0);
            samples.Add(copy);
        }

        return samples;
    }

    private async IAsyncEnumerable<(int Index, PanoramaFrame Frame)> DecodeAsync(
        string[] inputOptions, string[] outputOptions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var decoder = FrameReader.Start(new MediaInput(path) { Options = inputOptions }, [.. outputOptions, "-fps_mode", "passthrough"]);
        var picture = new PanoramaFrame(Width, Height);
        var index = 0;
        while (await decoder.ReadAsync(picture.Data, cancellationToken))
        {
            yield return (index++, picture);
        }

        var complaint = "";
        try
        {
            complaint = await decoder.FinishAsync(cancellationToken);
        }
        catch (MediaException e)
        {
            throw new StageFailedException($"{e.Message} Run the stitch stage again.", e);
        }

        if (index == 0)
        {
            throw new StageFailedException($"{Path.GetFileName(path)} could not be decoded: {complaint}. Run the stitch stage again.");
        }
    }
}
