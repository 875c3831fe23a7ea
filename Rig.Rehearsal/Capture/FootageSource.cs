using Rig.CameraNode.Imaging;
using Rig.Domain.Recordings;
using Rig.Media;

namespace Rig.Rehearsal.Capture;

/// <summary>
/// Plays a video file as if it were a camera: its first picture belongs to match time 0, and after its last one it begins again.
/// Without a take it shows the first picture. Decoding, scaling and the frame rate are ffmpeg's.
/// </summary>
internal sealed class FootageSource : IFrameSource
{
    private readonly string path;
    private readonly double durationSec;
    private readonly Yuv420Frame still;
    private FrameReader? decoder;
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
            var complaint = decoder!.Finish();
            StopDecoder();
            throw new InvalidDataException($"{path} has no picture that ffmpeg can read: {complaint}.");
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
                    throw new EndOfStreamException($"ffmpeg delivers no more pictures of {path}: {decoder!.Finish()}.");
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
        decoder = FrameReader.Start(
            new MediaInput(path) { FromSeconds = fromSec }, "-vf", $"fps={Fps},{PictureShape.Within(Width, Height, "bilinear:out_color_matrix=bt709:out_range=tv")}");
    }

    private bool TryRead(Yuv420Frame frame) => decoder!.Read(frame.Data);

    private void StopDecoder()
    {
        decoder?.Dispose();
        decoder = null;
    }

    private static double Duration(string path)
    {
        try
        {
            return MediaProbe.Read(path) is { Video: not null, DurationSeconds: > 0 } facts
                ? facts.DurationSeconds
                : throw new InvalidDataException($"{path} is not a video that ffmpeg can read.");
        }
        catch (MediaException e)
        {
            throw new InvalidDataException($"{path} is not a video that ffmpeg can read: {e.Message}", e);
        }
    }
}
