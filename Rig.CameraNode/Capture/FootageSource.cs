using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using Rig.Actors.Recording;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Capture;

/// <summary>
/// Plays a video file as if it were a camera: its first picture belongs to match time 0, and after its last one it begins anew.
/// Without a take it shows the first picture. Decoding, scaling and the frame rate are ffmpeg's.
/// </summary>
internal sealed class FootageSource : IFrameSource
{
    private readonly string path;
    private readonly double durationSec;
    private readonly Yuv420Frame still;
    private Process? decoder;
    private long nextPicture;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">ffmpeg cannot read it.</exception>
    internal FootageSource(string path, int width, int height, int fps)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The footage {path} is not there; set Rig:Camera:FootageFile to a video file.");
        }

        (this.path, Width, Height, Fps) = (path, width, height, fps);
        durationSec = Duration(path);
        still = new Yuv420Frame(width, height);
        StartDecoder(0, 0);
        if (!TryRead(still))
        {
            StopDecoder();
            throw new InvalidDataException($"{path} has no picture that ffmpeg can read.");
        }

        StopDecoder();
    }

    public string Model => "Footage " + Path.GetFileName(path);

    public int Width { get; }

    public int Height { get; }

    public int Fps { get; }

    public ManifestLens? Lens => null;

    public void BeginTake(string truthPath, DateTimeOffset matchZeroMaster) => StartDecoder(0, 0);

    public void Fill(Yuv420Frame frame, TimeSpan? sinceMatchZero)
    {
        if (sinceMatchZero is not { } since)
        {
            still.Data.CopyTo(frame.Data, 0);
            return;
        }

        var wanted = Math.Max(0, (long)Math.Round(since.TotalSeconds * Fps));
        if (decoder is null || wanted < nextPicture || wanted > nextPicture + Fps)
        {
            StartDecoder(wanted, wanted / (double)Fps % durationSec);
        }

        // Slots that were dropped are passed over in the file too.
        do
        {
            if (!TryRead(frame))
            {
                StartDecoder(nextPicture, 0);
                if (!TryRead(frame))
                {
                    throw new EndOfStreamException($"ffmpeg delivers no more pictures of {path}.");
                }
            }

            nextPicture++;
        }
        while (nextPicture <= wanted);
    }

    public void EndTake() => StopDecoder();

    public void Dispose() => StopDecoder();

    /// <summary>Starts ffmpeg at a place in the file; the first picture it gives counts as this one of the match.</summary>
    private void StartDecoder(long picture, double fromSec)
    {
        StopDecoder();
        nextPicture = picture;
        decoder = Process.Start(new ProcessStartInfo("ffmpeg",
        [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-ss", fromSec.ToString("F6", CultureInfo.InvariantCulture), "-i", path, "-an",
            "-vf", $"fps={Fps},scale={Width}:{Height}:flags=bilinear:out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        if (decoder.StandardOutput.BaseStream is AnonymousPipeClientStream pipe)
        {
            Posix.TryEnlargePipe(pipe.SafePipeHandle, 1 << 20);
        }
    }

    private bool TryRead(Yuv420Frame frame) =>
        decoder!.StandardOutput.BaseStream.ReadAtLeast(frame.Data, frame.Data.Length, throwOnEndOfStream: false) == frame.Data.Length;

    private void StopDecoder()
    {
        if (decoder is null)
        {
            return;
        }

        if (!decoder.HasExited)
        {
            decoder.Kill();
        }

        decoder.Dispose();
        decoder = null;
    }

    private static double Duration(string path)
    {
        using var probe = Process.Start(new ProcessStartInfo("ffprobe",
            ["-v", "error", "-select_streams", "v:0", "-show_entries", "format=duration", "-of", "csv=p=0", path])
        { RedirectStandardOutput = true })!;
        var text = probe.StandardOutput.ReadToEnd();
        probe.WaitForExit();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds
            : throw new InvalidDataException($"{path} is not a video that ffmpeg can read.");
    }
}
