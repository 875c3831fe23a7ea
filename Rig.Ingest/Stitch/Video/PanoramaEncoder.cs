using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Rig.Ingest.Stitch.Video;

/// <param name="OffsetSeconds">What to add to the sound's times to lie on the panorama's.</param>
internal sealed record SoundTrack(string Path, double OffsetSeconds);

/// <summary>Encodes raw panorama frames through an ffmpeg process. Disposing before <see cref="FinishAsync"/> kills it.</summary>
internal sealed class PanoramaEncoder : IAsyncDisposable
{
    private const int ErrorTextMax = 4000;

    private readonly Process process;
    private readonly Task<string> errorText;
    private bool finished;

    private PanoramaEncoder(Process process)
    {
        this.process = process;
        errorText = ReadTailAsync(process.StandardError);
    }

    /// <param name="path">Ends in .mp4; overwritten.</param>
    public static PanoramaEncoder Start(string path, int width, int height, double framesPerSecond, double durationSeconds, StitchOptions options, SoundTrack? sound)
    {
        List<string> arguments =
        [
            "-v", "error", "-nostdin", "-y",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{width}x{height}", "-r", Number(framesPerSecond), "-i", "pipe:0",
        ];
        if (sound is not null)
        {
            arguments.AddRange(["-itsoffset", Number(sound.OffsetSeconds), "-i", "file:" + sound.Path, "-map", "0:v:0", "-map", "1:a:0", "-c:a", "aac", "-t", Number(durationSeconds)]);
        }

        arguments.AddRange(
        [
            "-c:v", options.Codec == "h265" ? "libx265" : "libx264", "-preset", options.EncoderPreset, "-crf", options.Crf.ToString(CultureInfo.InvariantCulture),
            "-pix_fmt", "yuv420p", "-g", Math.Max(1, (int)Math.Round(framesPerSecond)).ToString(CultureInfo.InvariantCulture),
            "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
            "-movflags", "+faststart", "-f", "mp4", "file:" + path,
        ]);
        if (options.Codec == "h265")
        {
            arguments.InsertRange(arguments.Count - 4, ["-tag:v", "hvc1"]);
        }

        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true };
        arguments.ForEach(start.ArgumentList.Add);
        return new PanoramaEncoder(Process.Start(start) ?? throw new InvalidOperationException("ffmpeg could not be started; install it (scripts/setup.sh)."));
    }

    /// <exception cref="IOException">ffmpeg has ended; the message is what it said.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(frame, cancellationToken);
        }
        catch (IOException)
        {
            throw new IOException($"ffmpeg stopped encoding: {(await errorText).Trim()}");
        }
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new IOException($"ffmpeg could not write the panorama: {(await errorText).Trim()}");
        }

        finished = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!finished && !process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>Drains the pipe, so that ffmpeg never waits for us, and keeps the end of it.</summary>
    private static async Task<string> ReadTailAsync(StreamReader reader)
    {
        var tail = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            tail.AppendLine(line);
            if (tail.Length > ErrorTextMax)
            {
                tail.Remove(0, tail.Length - ErrorTextMax);
            }
        }

        return tail.ToString();
    }
}
