using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Recordings;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Video;
using Rig.Tests.Capture;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Stitch;

/// <summary>The synthetic match as cameras of all kinds would have recorded it: it is aligned as ever, or refused by cause and camera.</summary>
public sealed class FootageAsItComesTests(FootageAsItComesTests.Match match, ITestOutputHelper output) : IClassFixture<FootageAsItComesTests.Match>
{
    private const string H264 = "-c:v libx264 -preset ultrafast -crf 14";
    private const string FullRange = "-vf scale=out_range=pc -pix_fmt yuvj420p -color_range pc " + H264;

    [Theory]
    [InlineData("both full range", FullRange, FullRange)]
    [InlineData("full range beside video range", FullRange, null)]
    [InlineData("Motion JPEG beside H.264", "-vf scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc -pix_fmt yuvj420p -colorspace bt470bg -c:v mjpeg -q:v 2", null)]
    [InlineData("10-bit 4:2:2 beside a transport stream", "-pix_fmt yuv422p10le " + H264, "-f mpegts " + H264)]
    [InlineData("59.94 beside 25", "-r 60000/1001 " + H264, null)]
    [InlineData("odd size in 4:4:4 beside 10-bit HEVC", "-vf scale=951:535 -pix_fmt yuv444p " + H264, "-pix_fmt yuv420p10le -c:v libx265 -preset ultrafast -crf 12 -x265-params log-level=error")]
    [InlineData("variable frame rate", "-vf select=not(eq(mod(n\\,3)\\,1)) -fps_mode vfr " + H264, null)]
    [InlineData("a camera that stops early", null, "-t 0.9 " + H264)]
    [InlineData("interlaced MPEG-2", "-vf tinterlace=interleave_top -c:v mpeg2video -q:v 2 -flags +ilme+ildct", null)]
    [InlineData("MJPEG of 59.94 beside interlaced H.264", "-r 60000/1001 -pix_fmt yuvj420p -c:v mjpeg -q:v 2", "-vf tinterlace=interleave_top -flags +ilme+ildct " + H264)]
    [InlineData("anamorphic beside another size", "-vf scale=720:540,setsar=4/3 " + H264, "-vf scale=1280:720 " + H264)]
    public async Task A_pair_is_aligned_and_matched_in_brightness_whatever_its_files_are(string what, string? left, string? right)
    {
        using var folder = new TempFolder();
        var takes = new[] { await match.AsAsync(folder, CameraId.Left, left), await match.AsAsync(folder, CameraId.Center, right) };

        var (result, alignment, panorama) = await AlignAsync(folder, takes);

        output.WriteLine($"{what}: {result.ToJsonString()}");
        Assert.InRange((double)result["seam_error_px_median"]!, 0, 1.5);
        Assert.InRange((double)result["filled_share"]!, 0.95, 1);
        Assert.InRange((double)panorama.Width / panorama.Height, match.Shape - 0.5, match.Shape + 0.5);
        foreach (var camera in alignment.Cameras)
        {
            // Both filmed the same light.
            Assert.InRange(camera.Exposure.Gain, 0.97, 1.03);
        }
    }

    [Theory]
    [InlineData("hflip,vflip", 180)]
    [InlineData("transpose=clock", 90)]
    [InlineData("transpose=cclock", 270)]
    public async Task A_camera_that_hangs_turned_and_says_so_is_aligned(string hung, int rotate)
    {
        using var folder = new TempFolder();
        var turned = await match.AsAsync(folder, CameraId.Left, $"-vf {hung} " + H264);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", turned.VideoPath, "-c", "copy", "-metadata:s:v", $"rotate={rotate}", folder.File("tagged.mp4")]);

        var (result, _, _) = await AlignAsync(folder, [turned with { VideoPath = folder.File("tagged.mp4") }, match.Center]);

        Assert.InRange((double)result["seam_error_px_median"]!, 0, 1.5);
    }

    [Fact]
    public async Task Pieces_of_one_action_camera_with_one_creation_time_are_put_in_order_and_none_is_lost()
    {
        using var folder = new TempFolder();
        var whole = match.Left;
        var pieces = new List<TakeFile>();
        // As GoPro leaves them: the names' first digits count, every piece has the whole's time, and beside the video runs a clock's data track.
        foreach (var (name, take, from) in new[] { ("GX020123.MP4", 1, "0.8"), ("GX010123.MP4", 2, "0") })
        {
            var path = folder.File(name);
            await Ffmpeg.RunAsync(
                "ffmpeg",
                ["-v", "error", "-y", "-ss", from, "-t", "0.8", "-i", whole.VideoPath, .. H264.Split(' '), "-timecode", "10:00:00:00", "-metadata", "creation_time=2026-11-21T14:00:00Z", path]);
            var id = new TakeId(SyntheticTakes.Session, CameraId.Left, take);
            var manifest = SyntheticTakes.Manifest(id, path, Match.Width, Match.Height, 25, 0.8, whole.Manifest.Lens, SyntheticTakes.Start);
            pieces.Add(new TakeFile(id, path, manifest with { Timing = manifest.Timing with { NtpSynced = false }, Checksum = new ManifestChecksum("sha256", new string((char)('0' + take), 64)) }));
        }

        var (result, _, _) = await AlignAsync(folder, [.. pieces, match.Center]);

        Assert.InRange((double)result["seam_error_px_median"]!, 0, 1.5);
        Assert.Null(result["set_aside"]);
        Assert.Contains($"{pieces[1].Id}, {pieces[0].Id} say that they began in one second", (string)result["assumed"]![0]!, StringComparison.Ordinal);
        var (timelines, _, _, _, _) = CameraTimeline.Read([.. pieces, match.Center]);
        Assert.Equal([(pieces[1].VideoPath, 0.0), (pieces[0].VideoPath, 0.8)], timelines[0].Pieces.Select(piece => (piece.Path, Math.Round(piece.StartSeconds, 2))));
    }

    [Fact]
    public async Task Swapped_cameras_are_named()
    {
        using var folder = new TempFolder();
        await FailsAsync(
            folder, [match.Left with { VideoPath = match.Center.VideoPath }, match.Center with { VideoPath = match.Left.VideoPath }],
            "CAM_L and CAM_C are swapped", "CAM_C, CAM_L");
    }

    [Fact]
    public async Task Of_three_cameras_the_two_that_are_swapped_are_named()
    {
        using var folder = new TempFolder();
        await FailsAsync(
            folder, [match.Left with { VideoPath = match.Center.VideoPath }, match.Center with { VideoPath = match.Left.VideoPath }, match.Right],
            "CAM_L and CAM_C are swapped", "CAM_C, CAM_L, CAM_R");
    }

    [Theory]
    [InlineData("-vf drawbox=t=fill:color=black,noise=alls=6:allf=t", "CAM_C shows nothing: its picture is dark")]
    [InlineData("-vf eq=brightness=-0.5:contrast=0.04,noise=alls=4:allf=t", "CAM_C shows nothing: its picture is dark")]
    [InlineData("-vf drawbox=t=fill:color=0xA08070,vignette", "CAM_C shows nothing")]
    [InlineData("-vf scale=16:9:flags=area,scale=960:540:flags=bicubic", "CAM_C shows nothing: its picture is blurred")]
    [InlineData("-vf drawbox=t=fill:color=white", "CAM_C shows nothing: its picture is of one tone")]
    public async Task A_covered_camera_is_named(string cover, string reason)
    {
        using var folder = new TempFolder();
        await FailsAsync(folder, [match.Left, await match.AsAsync(folder, CameraId.Center, cover + " " + H264)], reason);
    }

    [Fact]
    public async Task A_covered_camera_between_two_others_is_named()
    {
        using var folder = new TempFolder();
        await FailsAsync(
            folder, [match.Left, await match.AsAsync(folder, CameraId.Center, "-vf drawbox=t=fill:color=black " + H264), match.Right],
            "CAM_C shows nothing: its picture is dark");
    }

    [Fact]
    public async Task Cameras_that_do_not_overlap_are_named_and_nothing_else_is_said_of_them()
    {
        using var folder = new TempFolder();
        // Without the one between them.
        var message = await FailsAsync(folder, [match.Left, match.Right], "CAM_L and CAM_R show ", "in common", "Turn them so that their pictures overlap");

        Assert.DoesNotContain("swapped", message, StringComparison.Ordinal);
        Assert.DoesNotContain("covered", message, StringComparison.Ordinal);
    }

    private static async Task<string> FailsAsync(TempFolder folder, TakeFile[] takes, params string[] reasons)
    {
        var failure = await Assert.ThrowsAsync<StageFailedException>(() => AlignAsync(folder, takes));
        foreach (var reason in reasons)
        {
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }

        return failure.Message;
    }

    private static async Task<(JsonObject Result, AlignmentFile Alignment, PanoramaGeometry Panorama)> AlignAsync(TempFolder folder, TakeFile[] takes)
    {
        var result = await new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance)
            .RunAsync(SyntheticTakes.Context(folder.Path, takes), new Progress<StageProgress>(), CancellationToken.None);
        return (
            result,
            AlignmentFile.Parse(await File.ReadAllBytesAsync(folder.File("stitched", "alignment.json"))),
            PanoramaGeometry.Parse(await File.ReadAllBytesAsync(folder.File("stitched", "panorama.json"))));
    }

    /// <summary>Three cameras' takes of the synthetic match, recorded once.</summary>
    public sealed class Match : IAsyncLifetime
    {
        internal const int Width = 960;
        internal const int Height = 540;
        private const double Seconds = 1.6;
        private readonly TempFolder folder = new();
        private TakeFile[] takes = [];

        internal TakeFile Left => takes[0];

        internal TakeFile Center => takes[1];

        internal TakeFile Right => takes[2];

        /// <summary>Width over height of the panorama of the first two as recorded.</summary>
        internal double Shape { get; private set; }

        public async Task InitializeAsync()
        {
            takes = await Task.WhenAll(new[] { CameraId.Left, CameraId.Center, CameraId.Right }.Select(camera => SyntheticTakes.RecordAsync(folder.Path, camera, Width, Height, 25, Seconds)));
            using var plain = new TempFolder();
            var (_, _, panorama) = await AlignAsync(plain, [Left, Center]);
            Shape = (double)panorama.Width / panorama.Height;
        }

        /// <param name="options">Of ffmpeg, for the copy; null leaves the take as it is.</param>
        internal async Task<TakeFile> AsAsync(TempFolder target, CameraId camera, string? options)
        {
            var take = takes.Single(t => t.Id.CameraId == camera);
            if (options is null)
            {
                return take;
            }

            var path = target.File(camera + ".mkv");
            await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", take.VideoPath, .. options.Split(' '), path]);
            return take with { VideoPath = path };
        }

        public Task DisposeAsync()
        {
            folder.Dispose();
            return Task.CompletedTask;
        }
    }
}
