using Rig.CameraNode.Framing;
using Rig.Domain.Identity;
using Rig.Rehearsal.DrawnMatch;
using Xunit.Abstractions;

namespace Rig.Tests.NodeFraming;

public sealed class FramingJudgeTests(ITestOutputHelper output)
{
    [Fact]
    public void The_rigs_own_camera_in_the_middle_is_aimed_well()
    {
        var result = Judge(AimedCamera.Rgb());
        Assert.True(result.IsGood, result.ToString());
        Assert.Empty(result.Guidance);
        Assert.InRange(result.GrassCoverage, 0.5, 0.9);
        Assert.InRange(result.PitchTop!.Value, 0.1, 0.45);
        Assert.InRange(result.TiltDeg!.Value, -0.3, 0.3);
        Assert.True(result.LinesDetected >= 2, $"{result.LinesDetected} lines");
        Assert.True(result.HasCenterLine && result.HasSideline, result.ToString());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    [InlineData(8)]
    [InlineData(-2.5)]
    public void A_camera_that_hangs_askew_is_told_by_how_much_and_which_side_to_lift(double rollDeg)
    {
        var result = Judge(AimedCamera.Rgb(rollDeg));
        Assert.InRange(result.TiltDeg!.Value, rollDeg - 0.7, rollDeg + 0.7);
        Assert.Contains(rollDeg > 0 ? "Lift the camera's right side" : "Lift the camera's left side", result.Message, StringComparison.Ordinal);
        Assert.False(result.IsGood);
    }

    [Theory]
    [InlineData(40, "Point the camera higher")]
    [InlineData(-1, "Point the camera lower")]
    [InlineData(-25, "No pitch is seen")]
    public void A_camera_that_looks_too_low_or_too_high_is_told(double downDeg, string words)
    {
        var result = Judge(AimedCamera.Rgb(downDeg: downDeg));
        Assert.Contains(result.Guidance, sentence => sentence.StartsWith(words, StringComparison.Ordinal));
        Assert.False(result.IsGood);
    }

    [Theory]
    [InlineData("CAM_L")]
    [InlineData("CAM_R")]
    public void A_side_camera_is_not_blamed_for_the_slope_of_its_touchline(string camera)
    {
        var picture = AimedCamera.Picture(yawDeg: SyntheticRig.YawDeg(CameraId.Parse(camera)));
        var result = FramingJudge.Judge(picture, acrossThePitch: false);
        output.WriteLine(result.ToString());
        Assert.Null(result.TiltDeg);
        Assert.True(result.IsGood, result.ToString());
    }

    [Fact]
    public void The_more_a_picture_is_blurred_the_less_sharp_it_is_and_a_soft_one_is_told()
    {
        var sharp = AimedCamera.Rgb();
        var values = new[] { sharp, AimedCamera.Blurred(sharp, 1), AimedCamera.Blurred(sharp, 3) }.Select(Judge).ToList();
        Assert.True(values[0].Sharpness > 2 * values[1].Sharpness && values[1].Sharpness > 2 * values[2].Sharpness, string.Join(", ", values.Select(v => v.Sharpness)));
        Assert.Contains(values[2].Guidance, s => s.StartsWith("The picture is blurred", StringComparison.Ordinal));
    }

    [Fact]
    public void A_picture_that_is_too_bright_or_too_dark_is_told_with_its_share()
    {
        var normal = AimedCamera.Rgb();
        var bright = Judge(AimedCamera.Exposed(normal, 3));
        Assert.True(bright.Overexposed > 0.12, $"{bright.Overexposed}");
        Assert.Contains(bright.Guidance, s => s.StartsWith("The picture is too bright", StringComparison.Ordinal));
        var dark = Judge(AimedCamera.Exposed(normal, 0.25));
        Assert.Contains(dark.Guidance, s => s.StartsWith("The picture is too dark", StringComparison.Ordinal));
        Assert.True(Judge(normal).Overexposed < 0.05);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    public void A_covered_lens_is_told_and_nothing_else(byte grey)
    {
        var rgb = new byte[480 * 270 * 3];
        new Random(1).NextBytes(rgb);
        var result = Judge([.. rgb.Select(noise => (byte)(grey + (noise % 7)))]);
        Assert.True(result.Covered);
        Assert.Equal((FramingStatus.NoField, 0.0, 1), (result.Status, result.Score, result.Guidance.Count));
        Assert.Contains("lens is covered", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(25)]
    public void A_lawn_without_lines_is_no_pitch_that_is_aimed_well(int noise)
    {
        var random = new Random(5);
        var rgb = new byte[480 * 270 * 3];
        for (var i = 0; i < rgb.Length; i += 3)
        {
            var shade = random.Next(-noise, noise);
            (rgb[i], rgb[i + 1], rgb[i + 2]) = i < rgb.Length / 3 ? ((byte)(150 + shade), (byte)(170 + shade), (byte)(200 + shade)) : ((byte)(70 + shade), (byte)(120 + shade), (byte)(50 + shade));
        }

        var result = Judge(rgb);
        Assert.Equal(FramingStatus.Partial, result.Status);
        Assert.Contains(result.Guidance, s => s.StartsWith("No lines of the pitch", StringComparison.Ordinal));
    }

    private FramingResult Judge(byte[] rgb)
    {
        var result = FramingJudge.Judge(AimedCamera.Of(rgb), acrossThePitch: true);
        output.WriteLine(result.ToString() + " " + string.Join(" | ", result.Guidance));
        return result;
    }
}
