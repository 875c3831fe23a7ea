using Rig.CameraNode.Encoding;
using Rig.CameraNode.Modes;

namespace Rig.Tests.Drivers;

public sealed class ModeChoiceTests
{
    private const string Camera = "imx708";
    private static readonly MachineFingerprint Machine = new("Cortex-A76, 4 cores", "6.6.20", "5.1.9", "1.0");
    private static readonly EncoderSettings Wanted = new(VideoCodec.H265, 1920, 1080, 30, 8, "superfast");
    private static readonly EncoderKind[] Encoders = [new("libx265", VideoCodec.H265, null), new("libx264", VideoCodec.H264, null)];

    [Fact]
    public void H265_is_taken_where_it_holds()
    {
        var chosen = Choose(Proof("h265", "libx265", 40), Proof("h264", "libx264", 90));
        Assert.Equal((Wanted, "libx265"), (chosen.Settings, chosen.Encoder));
        Assert.Empty(chosen.Steps);
    }

    [Fact]
    public void H264_is_taken_where_H265_is_too_slow_and_the_step_says_so()
    {
        var chosen = Choose(Proof("h265", "libx265", 34.4), Proof("h264", "libx264", 34.5));
        Assert.Equal((Wanted with { Codec = VideoCodec.H264 }, "libx264"), (chosen.Settings, chosen.Encoder));
        Assert.Equal("1920x1080 at 30 in h265 by libx265: measured 34.4 frames a second (slowest second 34.4, headroom 15 %), 34.5 are needed.", Assert.Single(chosen.Steps));
    }

    [Fact]
    public void A_mean_with_headroom_does_not_hold_when_one_second_was_below_the_rate()
    {
        Assert.True(Proof("h264", "libx264", 60).Holds);
        Assert.False((Proof("h264", "libx264", 60) with { SlowestSecondFps = 29.9 }).Holds);
        Assert.False((Proof("h264", "libx264", 60) with { CameraFps = 15 }).Holds);
    }

    [Fact]
    public void The_largest_lower_mode_is_taken_where_the_wanted_one_holds_with_no_encoder()
    {
        var chosen = Choose(
            Proof("h265", "libx265", 12), Proof("h264", "libx264", 25),
            Proof("h264", "libx264", 80) with { Width = 1280, Height = 720 }, Proof("h264", "libx264", 200) with { Width = 640, Height = 360 });
        Assert.Equal((1280, 720, 30, VideoCodec.H264), (chosen.Settings.Width, chosen.Settings.Height, chosen.Settings.Fps, chosen.Settings.Codec));
        Assert.Equal(2, chosen.Steps.Count);
    }

    [Fact]
    public void A_mode_that_was_never_measured_is_refused_with_what_to_do()
    {
        var refused = Assert.Throws<InvalidDataException>(() => Choose());
        Assert.Contains("1920x1080 at 30 is not offered", refused.Message, StringComparison.Ordinal);
        Assert.Contains("rig-node probe", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_expires_with_each_part_of_the_machine_it_was_made_on()
    {
        var proof = Proof("h264", "libx264", 90);
        Assert.Equal("libx264", Choose(proof).Encoder);
        foreach (var other in new[] { Machine with { Cpu = "x" }, Machine with { Kernel = "x" }, Machine with { Ffmpeg = "x" }, Machine with { Rig = "x" } })
        {
            var refused = Assert.Throws<InvalidDataException>(() => Choose(proof with { Machine = other }));
            Assert.Contains("measured before a change", refused.Message, StringComparison.Ordinal);
            Assert.Empty(ModeChoice.Offered("v4l2", [proof with { Machine = other }], Machine));
        }
    }

    [Fact]
    public void A_proof_holds_for_its_own_camera_encoder_preset_and_no_more_bits()
    {
        var proof = Proof("h264", "libx264", 90);
        Assert.Throws<InvalidDataException>(() => Choose(proof with { Camera = "another" }));
        Assert.Throws<InvalidDataException>(() => Choose(proof with { Source = "libcamera" }));
        Assert.Throws<InvalidDataException>(() => Choose(proof with { Encoder = "v4l2 gone" }));
        Assert.Throws<InvalidDataException>(() => Choose(proof with { Preset = "ultrafast" }));
        Assert.Throws<InvalidDataException>(() => Choose(proof with { BitrateMbps = 4 }));
        Assert.Equal("libx264", Choose(proof with { BitrateMbps = 12 }).Encoder);
    }

    private static ChosenMode Choose(params ModeProof[] proofs) => ModeChoice.Choose(Wanted, "v4l2", Camera, Encoders, proofs, Machine);

    private static ModeProof Proof(string codec, string encoder, double fps) =>
        new("v4l2", Camera, 1920, 1080, 30, codec, 8, "superfast", encoder, fps, fps, 30, 60, DateTimeOffset.UnixEpoch, Machine);
}
