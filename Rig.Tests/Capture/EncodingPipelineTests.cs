using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;

namespace Rig.Tests.Capture;

public sealed class EncodingPipelineTests
{
    [Fact]
    public void An_encoder_that_is_killed_is_replaced_and_the_frames_it_held_are_reported()
    {
        var settings = new EncoderSettings(VideoCodec.H264, 160, 96, 30, 0.5, "ultrafast");
        var encoded = new List<EncodedFrame>();
        var lost = new List<long>();
        using var pattern = new TestPatternSource(160, 96, 30);
        using var pipeline = new EncodingPipeline(
            settings,
            frame =>
            {
                lock (encoded)
                {
                    encoded.Add(frame with { Data = frame.Data.ToArray() });
                }
            },
            (slot, cause) =>
            {
                Assert.Equal(DropCause.EncoderRestart, cause);
                lost.Add(slot);
            });
        pipeline.Begin();
        const int Frames = 60;
        for (var n = 0; n < Frames; n++)
        {
            if (n == 30)
            {
                pipeline.KillEncoder();
            }

            var picture = pipeline.TryRent(TimeSpan.FromSeconds(20));
            Assert.NotNull(picture);
            pattern.Fill(picture, TimeSpan.FromSeconds(n / 30.0));
            pipeline.Submit(new EncodingPipeline.Slot(n, n, n), picture);
        }

        pipeline.Finish();
        Assert.NotEmpty(lost);
        Assert.Equal(Enumerable.Range(0, Frames).Select(n => (long)n), encoded.Select(f => f.Number).Concat(lost).Order());
        Assert.True(encoded.First(f => f.Number > lost.Max()).IsKey);
        Assert.Equal(encoded.Select(f => f.Number).Order(), encoded.Select(f => f.Number));
    }

    [Fact]
    public void Without_a_free_picture_the_caller_drops_its_slot()
    {
        using var pipeline = new EncodingPipeline(new EncoderSettings(VideoCodec.H264, 160, 96, 30, 0.5, "ultrafast"), _ => { }, (_, _) => { });
        var rented = 0;
        while (pipeline.TryRent(TimeSpan.Zero) is not null)
        {
            rented++;
        }

        Assert.InRange(rented, 4, 24);
    }

    [Fact]
    public void H265_is_refused_with_a_reason_where_it_does_not_keep_up()
    {
        var wanted = new EncoderSettings(VideoCodec.H265, 160, 96, 5, 0.5, "ultrafast");
        Assert.Equal((wanted, null), EncoderSelection.Choose(wanted));
        var (settings, fallback) = EncoderSelection.Choose(wanted with { Width = 1920, Height = 1080, Fps = 120, Preset = "medium" });
        Assert.Equal(VideoCodec.H264, settings.Codec);
        Assert.Contains("H.265", fallback, StringComparison.Ordinal);
    }
}
