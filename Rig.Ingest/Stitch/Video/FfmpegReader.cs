using System.Globalization;
using System.Runtime.InteropServices;
using Rig.Media;

namespace Rig.Ingest.Stitch.Video;

/// <summary>Decodes through an ffmpeg process at the file's constant frame rate; for machines with another libav than the known one.</summary>
internal sealed unsafe class FfmpegReader : IVideoReader
{
    private readonly string path;
    private FrameReader? reader;
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
        MediaFacts facts;
        try
        {
            facts = MediaProbe.Read(path);
        }
        catch (MediaException e)
        {
            throw new InvalidDataException($"The file {Path.GetFileName(path)} is not a video file: {e.Message}", e);
        }

        return facts.Video is { Width: > 0, Height: > 0 } video
            ? new FfmpegReader(path, video.Width, video.Height, video.FramesPerSecond > 0 ? video.FramesPerSecond : 25, video.DurationSeconds, facts.HasAudio)
            : throw new InvalidDataException($"The file {Path.GetFileName(path)} holds no video that can be decoded.");
    }

    public VideoFrame? Read()
    {
        reader ??= FrameReader.Start(new MediaInput(path) { FromSeconds = offsetSeconds }, "-r", FramesPerSecond.ToString(CultureInfo.InvariantCulture));
        var data = GC.AllocateUninitializedArray<byte>(Width * Height * 3 / 2, pinned: true);
        if (!reader.Read(data))
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

    private void End()
    {
        reader?.Dispose();
        reader = null;
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
