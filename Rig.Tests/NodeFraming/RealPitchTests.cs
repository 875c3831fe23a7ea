using System.Diagnostics;
using System.Globalization;
using Rig.CameraNode.Framing;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.NodeFraming;

/// <summary>The thresholds, which drawn pictures gave, on a real pitch: two cameras that look aslant over one half each.</summary>
public sealed class RealPitchTests(ITestOutputHelper output)
{
    private const int Width = 480;
    private const int Height = 270;

    [Theory]
    [InlineData("left_camera.mp4")]
    [InlineData("right_camera.mp4")]
    public async Task A_camera_over_a_real_match_is_aimed_well_at_every_second(string file)
    {
        if (RealFootage.PairFolder is not { } pair)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        foreach (var second in Enumerable.Range(0, 10))
        {
            var result = FramingJudge.Judge(await PictureAsync(Path.Combine(pair, file), second), acrossThePitch: false);
            output.WriteLine($"{second} s: {result} {string.Join(" | ", result.Guidance)}");
            Assert.True(result.IsGood, $"{file} at {second} s: {result}");
        }
    }

    [Fact]
    public async Task A_real_camera_that_was_turned_into_the_sky_is_told_to_look_lower()
    {
        if (RealFootage.PairFolder is not { } pair)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        // The upper two fifths of the picture, as if it looked that much higher.
        var result = FramingJudge.Judge(await PictureAsync(Path.Combine(pair, "left_camera.mp4"), 0, "crop=iw:ih*0.4:0:0"), acrossThePitch: false);
        output.WriteLine($"{result} {string.Join(" | ", result.Guidance)}");
        Assert.False(result.IsGood, result.ToString());
    }

    /// <summary>One picture in the size of a preview.</summary>
    private static async Task<RgbPicture> PictureAsync(string file, int second, string crop = "null")
    {
        var rgb = new byte[Width * Height * 3];
        using var ffmpeg = Process.Start(new ProcessStartInfo(
            "ffmpeg",
            [
                "-v", "error", "-ss", second.ToString(CultureInfo.InvariantCulture), "-i", file, "-frames:v", "1",
                "-vf", $"{crop},scale={Width}:{Height}:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
            ])
        { RedirectStandardOutput = true })!;
        await ffmpeg.StandardOutput.BaseStream.ReadExactlyAsync(rgb);
        await ffmpeg.WaitForExitAsync();
        return new RgbPicture(rgb, Width, Height);
    }
}
