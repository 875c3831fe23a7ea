using Rig.Actors.Pipeline;
using Rig.Ingest.Stitch.Video;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

/// <summary>Whatever a file holds, its pictures come upright, of square samples, 8-bit 4:2:0, in video range and BT.709; by either way of decoding.</summary>
public sealed class PlayedFormTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("plain in Matroska", "plain.mkv", "-c copy", 192, 108)]
    [InlineData("plain in a transport stream", "plain.ts", "-c copy", 192, 108)]
    [InlineData("without a word on colours", "silent.mp4", "-c copy -bsf:v h264_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2", 192, 108)]
    [InlineData("full range", "full.mp4", "-vf scale=out_range=pc -pix_fmt yuvj420p -color_range pc -c:v libx264 -crf 4", 192, 108)]
    [InlineData("full range, Motion JPEG", "jpeg.mkv", "-vf scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc -pix_fmt yuvj420p -colorspace bt470bg -c:v mjpeg -q:v 1", 192, 108)]
    [InlineData("full range 4:2:2, Motion JPEG in AVI", "jpeg422.avi", "-vf scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc -pix_fmt yuvj422p -colorspace bt470bg -c:v mjpeg -q:v 1", 192, 108)]
    [InlineData("colours of SD television", "sd.mp4", "-vf scale=in_color_matrix=bt709:out_color_matrix=bt601 -colorspace smpte170m -c:v libx264 -crf 4", 192, 108)]
    [InlineData("anamorphic, wide samples", "wide.mp4", "-vf scale=144:108,setsar=4/3 -c:v libx264 -crf 4", 192, 108)]
    [InlineData("anamorphic, high samples", "high.mkv", "-vf scale=192:72,setsar=2/3 -c:v libx264 -crf 4", 192, 108)]
    [InlineData("10-bit HEVC", "ten.mp4", "-pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=error -crf 4", 192, 108)]
    [InlineData("10-bit H.264 4:2:2", "ten422.mov", "-pix_fmt yuv422p10le -c:v libx264 -crf 4", 192, 108)]
    [InlineData("8-bit 4:2:2", "eight422.mp4", "-pix_fmt yuv422p -c:v libx264 -crf 4", 192, 108)]
    [InlineData("10-bit full range", "tenfull.mkv", "-vf scale=out_range=pc -pix_fmt yuv420p10le -color_range pc -c:v libx264 -crf 4", 192, 108)]
    [InlineData("ProRes", "prores.mov", "-pix_fmt yuv422p10le -c:v prores_ks", 192, 108)]
    [InlineData("RGB", "rgb.mkv", "-vf scale=in_color_matrix=bt709 -pix_fmt bgr0 -c:v ffv1", 192, 108)]
    [InlineData("an odd size", "odd.mkv", "-vf scale=191:107 -pix_fmt yuv444p -c:v libx264 -crf 4", 190, 106)]
    public async Task Pictures_come_in_one_form(string what, string name, string options, int width, int height)
    {
        await Quadrants.PlainAsync(folder.File("base.mp4"));
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", folder.File("base.mp4"), .. options.Split(' '), folder.File(name)]);

        AssertAsWanted(what, folder.File(name), width, height);
    }

    [Theory]
    [InlineData(90, "transpose=1", 192, 108)]
    [InlineData(180, "hflip,vflip", 192, 108)]
    [InlineData(270, "transpose=2", 192, 108)]
    [InlineData(90, "transpose=1,scale=54:192,setsar=2", 192, 108)]
    public async Task A_turned_picture_comes_upright(int degrees, string filter, int width, int height)
    {
        await Quadrants.PlainAsync(folder.File("base.mp4"));
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", folder.File("base.mp4"), "-vf", filter, "-c:v", "libx264", "-crf", "4", folder.File("lying.mp4")]);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", folder.File("lying.mp4"), "-c", "copy", "-metadata:s:v", $"rotate={degrees}", folder.File("turned.mp4")]);

        AssertAsWanted($"turned by {degrees}", folder.File("turned.mp4"), width, height);
    }

    [Theory]
    [InlineData("arib-std-b67", 225)]
    [InlineData("smpte2084", 225)]
    public async Task Hdr_is_brought_down_and_keeps_its_order(string transfer, int brightest)
    {
        await Quadrants.PlainAsync(folder.File("base.mp4"));
        await Ffmpeg.RunAsync("ffmpeg", [
            "-v", "error", "-y", "-i", folder.File("base.mp4"), "-vf",
            $"zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=2020:t={transfer}:m=2020_ncl:r=limited:npl=203,format=yuv420p10le",
            "-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-c:v", "libx265", "-x265-params", "log-level=error", folder.File("hdr.mp4")]);

        foreach (var open in new Func<string, IVideoReader>[] { VideoReader.Open, FfmpegReader.Open })
        {
            using var reader = open(folder.File("hdr.mp4"));
            using var frame = reader.Read()!;
            var read = Quadrants.Of(frame).Select(c => c.Y).ToArray();
            Assert.True(read[0] < read[2] && read[2] < read[3] && read[3] < read[1], string.Join(", ", read));
            Assert.InRange(read[1], 120, brightest);
            Assert.InRange(read[0], 25, 90);
        }
    }

    [Fact]
    public async Task A_picture_that_leans_is_refused_with_the_files_name_and_its_angle()
    {
        await Quadrants.PlainAsync(folder.File("base.mp4"));
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", folder.File("base.mp4"), "-c", "copy", "-metadata:s:v", "rotate=45", folder.File("leaning.mp4")]);

        foreach (var open in new Func<string, IVideoReader>[] { VideoReader.Open, FfmpegReader.Open })
        {
            var failure = Assert.Throws<StageFailedException>(() => open(folder.File("leaning.mp4")).Dispose());
            Assert.Contains("leaning.mp4", failure.Message, StringComparison.Ordinal);
            Assert.Contains("45 degrees", failure.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => folder.Dispose();

    private static void AssertAsWanted(string what, string path, int width, int height)
    {
        foreach (var open in new Func<string, IVideoReader>[] { VideoReader.Open, FfmpegReader.Open })
        {
            using var reader = open(path);
            Assert.Equal((what, width, height), (what, reader.Width, reader.Height));
            Assert.InRange(reader.DurationSeconds, 0.95, 1.1);
            var times = new List<double>();
            while (reader.Read() is { } frame)
            {
                using (frame)
                {
                    Assert.Equal((width, height), (frame.Width, frame.Height));
                    Quadrants.AssertNear(Quadrants.Colours, Quadrants.Of(frame), steps: 4);
                    times.Add(Math.Round(frame.Seconds, 2));
                }
            }

            Assert.Equal(Enumerable.Range(0, 25).Select(i => Math.Round(i / 25.0, 2)), times);
        }
    }
}
