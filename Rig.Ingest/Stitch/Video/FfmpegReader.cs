using System.Runtime.InteropServices;
using Rig.Media;

namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// Decodes through an ffmpeg process at the file's average frame rate, and has it turn, scale and convert the pictures as far as they need
/// it. For machines with another libav than the known one, and for pictures that are not as wanted.
/// </summary>
internal sealed unsafe class FfmpegReader : IVideoReader
{
    /// <summary>A picture at the very instant would be lost to rounding.</summary>
    private const double RoundingSeconds = 0.001;

    /// <summary>At most, in what cameras record; ffmpeg may find no key frame of a transport stream but a later one.</summary>
    private const double KeyFramesApartSeconds = 12;

    private readonly string path;
    private readonly IReadOnlyList<string> filters;
    private readonly double leadSeconds;
    private FrameReader? reader;
    private long framesRead;
    private double offsetSeconds;

    /// <param name="stored">What the file says of itself.</param>
    public FfmpegReader(string path, PlayedForm played, VideoFacts stored, bool hasAudio)
    {
        (this.path, filters, HasAudio) = (path, played.Filters, hasAudio);
        (Width, Height) = (played.Width, played.Height);
        FramesPerSecond = stored.FramesPerSecond > 0 ? stored.FramesPerSecond : 25;
        (DurationSeconds, FirstSeconds, leadSeconds) = (stored.DurationSeconds, stored.FirstSeconds, stored.LeadSeconds);
    }

    public int Width { get; }

    public int Height { get; }

    public double FramesPerSecond { get; }

    public double DurationSeconds { get; }

    public double FirstSeconds { get; }

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
            ? new FfmpegReader(path, PlayedForm.Of(Path.GetFileName(path), video.Width, video.Height, video.Form), video, facts.HasAudio)
            : throw new InvalidDataException($"The file {Path.GetFileName(path)} holds no video that can be decoded.");
    }

    public VideoFrame? Read()
    {
        reader ??= Start();
        var data = GC.AllocateUninitializedArray<byte>(Width * Height * 3 / 2, pinned: true);
        if (!reader.Read(data))
        {
            return framesRead > 0 || offsetSeconds > 0
                ? null
                : throw new InvalidDataException($"The file {Path.GetFileName(path)} holds no picture that can be decoded: {reader.Finish()}.");
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

    /// <summary>Times begin at the first picture, and after a search at the instant that was sought.</summary>
    private FrameReader Start()
    {
        // By the file's own time stamps: which of its streams ffmpeg takes for the beginning depends on the container.
        var start = FirstSeconds + offsetSeconds - RoundingSeconds;
        var margin = IsTransportStream() ? KeyFramesApartSeconds : 0;
        string[] chain =
        [
            FormattableString.Invariant($"trim=start={start:0.######}"), FormattableString.Invariant($"setpts=PTS-({start:0.######})/TB"),
            FormattableString.Invariant($"fps={FramesPerSecond}:start_time=0"), .. filters,
        ];
        var input = new MediaInput(path)
        {
            FromSeconds = offsetSeconds > 0 ? Math.Max(0, leadSeconds + offsetSeconds - margin) : 0,
            Options = ["-copyts", "-noaccurate_seek"],
        };
        return FrameReader.Start(input, "-vf", string.Join(',', chain), "-fps_mode", "passthrough");
    }

    /// <summary>By the byte that every packet begins with, with or without a time before it (ISO/IEC 13818-1; the Blu-ray and AVCHD form).</summary>
    private bool IsTransportStream()
    {
        using var file = File.OpenHandle(path);
        Span<byte> head = stackalloc byte[400];
        var length = RandomAccess.Read(file, head, 0);
        const byte Sync = 0x47;
        return length == head.Length && ((head[0] == Sync && head[188] == Sync && head[376] == Sync) || (head[4] == Sync && head[196] == Sync && head[388] == Sync));
    }

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
