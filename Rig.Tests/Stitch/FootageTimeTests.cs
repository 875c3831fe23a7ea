using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Video;
using Rig.Media;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

/// <summary>When a picture was taken does not depend on the container, on the sound beside it, or on the way of decoding.</summary>
public sealed class FootageTimeTests : IDisposable
{
    private const int Fps = 25;
    private readonly TempFolder folder = new();

    /// <summary>The frame n is of luma 30 + 4 n.</summary>
    private const string Counting = "nullsrc=s=64x48:r=25:d=2,format=yuv420p,geq=lum='30+4*N':cb=128:cr=128";

    [Theory]
    [InlineData("piped.mkv", "-f matroska -live 1")]
    [InlineData("PIPED.TS", "-f mpegts")]
    [InlineData("fragments.Mp4", "-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof")]
    [InlineData("piped.flv", "-f flv -flvflags no_duration_filesize")]
    [InlineData("raw.H264", "-f h264")]
    [InlineData("plain.MOV", "-f mov -movflags frag_every_frame+empty_moov")]
    public async Task A_file_that_does_not_say_how_long_it_is_is_counted(string name, string format)
    {
        // Through a pipe, so that the muxer cannot go back to the head and write the duration there.
        await Ffmpeg.RunAsync("sh", ["-c", $"ffmpeg -v error -f lavfi -i \"{Counting}\" -c:v libx264 -g 10 -bf 0 -preset ultrafast -crf 4 {format} pipe:1 > \"$0\"", folder.File(name)]);

        foreach (var open in new Func<string, IVideoReader>[] { VideoReader.Open, FfmpegReader.Open })
        {
            using var reader = open(folder.File(name));
            Assert.InRange(reader.DurationSeconds, 1.9, 2.1);
            using var first = reader.Read()!;
            Assert.Equal((30, 0.0), (Luma(first), Math.Round(first.Seconds, 3)));
        }

        var facts = await MediaProbe.ReadAsync(folder.File(name), CancellationToken.None);
        Assert.InRange(facts.DurationSeconds, 1.9, 2.1);
        var takes = StitchCommand.Takes(new Dictionary<CameraId, string> { [CameraId.Left] = folder.File(name) });
        Assert.InRange(takes[0].Manifest.Video.DurationSec, 1.9, 2.1);
    }

    [Theory]
    [InlineData("together.mp4", 0, 0)]
    [InlineData("sound-first.mp4", 0.6, 0)]
    [InlineData("sound-first.mkv", 0.6, 0)]
    [InlineData("sound-first.ts", 0.6, 0)]
    [InlineData("picture-first.mp4", 0, 0.6)]
    public async Task A_sought_picture_is_the_one_of_that_time_by_either_way_of_decoding(string name, double pictureLater, double soundLater)
    {
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", Counting, "-c:v", "libx264", "-g", "10", "-bf", "2", "-preset", "ultrafast", "-crf", "4", folder.File("picture.mkv")]);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", folder.File("sound.mkv")]);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y",
            "-itsoffset", Number(pictureLater), "-i", folder.File("picture.mkv"), "-itsoffset", Number(soundLater), "-i", folder.File("sound.mkv"), "-c", "copy", folder.File(name)]);

        foreach (var open in new Func<string, IVideoReader>[] { VideoReader.Open, FfmpegReader.Open })
        {
            using var reader = open(folder.File(name));
            Assert.True(reader.HasAudio);
            Assert.InRange(reader.DurationSeconds, 1.9, 2.1);
            foreach (var sought in new[] { 1.0, 0.24, 1.72 })
            {
                using var frame = FrameSampler.FramesFrom(reader, sought - 0.02, CancellationToken.None).First();
                Assert.InRange(frame.Seconds, sought - 0.021, sought + 0.021);
                Assert.InRange(Luma(frame) - (30 + (4 * Math.Round(sought * Fps))), -2, 2);
            }

            reader.Seek(0);
            using var first = reader.Read()!;
            Assert.InRange(Luma(first), 28, 32);
        }
    }

    public void Dispose() => folder.Dispose();

    private static unsafe int Luma(VideoFrame frame) => frame.Y[(20 * frame.StrideY) + 20];

    private static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
