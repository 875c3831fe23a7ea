using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;

namespace Rig.Tests.Storage;

/// <summary>Two seconds of really encoded test pattern, made once: 160x96 at 30 frames a second.</summary>
internal static class SampleVideo
{
    internal const int Fps = 30;
    internal const int Width = 160;
    internal const int Height = 96;
    internal const long StartNs = 5_000_000_000;
    internal const long StartWallNs = 1_795_269_600_000_000_000;

    private static readonly Lazy<IReadOnlyList<EncodedFrame>> H264Frames = new(() => Encode(VideoCodec.H264));
    private static readonly Lazy<IReadOnlyList<EncodedFrame>> H265Frames = new(() => Encode(VideoCodec.H265));

    internal static IReadOnlyList<EncodedFrame> Frames(VideoCodec codec = VideoCodec.H264) =>
        (codec == VideoCodec.H265 ? H265Frames : H264Frames).Value;

    private static List<EncodedFrame> Encode(VideoCodec codec)
    {
        var settings = new EncoderSettings(codec, Width, Height, Fps, 0.5, "ultrafast");
        var slots = new FrameSlots(StartNs, Fps);
        using var pattern = new TestPatternSource(Width, Height, Fps);
        var frames = new List<EncodedFrame>();
        using var pipeline = new EncodingPipeline(
            settings, frame => frames.Add(frame with { Data = frame.Data.ToArray() }), (slot, cause) => throw new InvalidOperationException($"Frame {slot}: {cause}"));
        pipeline.Begin();
        for (var n = 0; n < 2 * Fps; n++)
        {
            var picture = pipeline.TryRent(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("The encoder is stuck.");
            pattern.Fill(picture, TimeSpan.FromSeconds((double)n / Fps));
            pipeline.Submit(new EncodingPipeline.Slot(n, slots.DueNs(n), StartWallNs + slots.DueNs(n) - StartNs), picture);
        }

        pipeline.Finish();
        return frames;
    }
}
