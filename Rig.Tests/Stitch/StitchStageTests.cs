using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Video;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

public sealed class StitchStageTests
{
    private const int Width = 320;
    private const int Height = 180;
    private const int Fps = 25;

    private static readonly IProgress<StageProgress> NoProgress = new Progress<StageProgress>();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_rig_of_two_to_four_cameras_becomes_one_panorama(int count)
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, count, seconds: 1);

        var result = await Stage().RunAsync(context, NoProgress, CancellationToken.None);

        Assert.Equal(25, (long)result["frames"]!);
        using var panorama = VideoReader.Open(folder.File("stitched", "panorama.mp4"));
        Assert.Equal(((int)result["width"]!, (int)result["height"]!), (panorama.Width, panorama.Height));
        Assert.False(File.Exists(folder.File("stitched", "panorama.mp4.part")));
        var frames = 0;
        while (panorama.Read() is { } frame)
        {
            frames++;
            // Each camera's picture is one grey; the panorama shows all of them, left to right.
            var row = GreysOfMiddleRow(frame);
            Assert.Equal(count, row.Distinct().Count());
            frame.Dispose();
        }

        Assert.Equal(25, frames);
    }

    [Fact]
    public async Task A_camera_that_fell_silent_for_long_is_shown_black_and_not_frozen()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 4);
        var right = context.Takes[1];
        var brief = folder.File("brief.mp4");
        await EncodeGreyAsync(brief, 200, 0.4);
        context = context with { Takes = [context.Takes[0], right with { VideoPath = brief }] };

        _ = await Stage().RunAsync(context, NoProgress, CancellationToken.None);

        using var panorama = VideoReader.Open(folder.File("stitched", "panorama.mp4"));
        var last = Array.Empty<int>();
        var first = Array.Empty<int>();
        while (panorama.Read() is { } frame)
        {
            last = GreysOfMiddleRow(frame);
            first = first.Length == 0 ? last : first;
            frame.Dispose();
        }

        Assert.Contains(first, grey => Math.Abs(grey - 200) < 6);
        Assert.DoesNotContain(last, grey => Math.Abs(grey - 200) < 6);
        Assert.Contains(last, grey => grey <= 20);
    }

    [Fact]
    public async Task Pieces_of_one_camera_that_overlap_are_both_shown_the_later_from_where_the_earlier_ends()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 2);
        var second = folder.File("second.mp4");
        await EncodeGreyAsync(second, 220, 2);
        var id = new TakeId(SyntheticTakes.Session, CameraId.Left, 2);
        var further = new TakeFile(id, second, SyntheticTakes.Manifest(id, second, Width, Height, Fps, 2, null, SyntheticTakes.Start.AddSeconds(1)));

        var result = await Stage().RunAsync(context with { Takes = [.. context.Takes, further] }, NoProgress, CancellationToken.None);

        Assert.Equal(75, (long)result["frames"]!);
        using var panorama = VideoReader.Open(folder.File("stitched", "panorama.mp4"));
        var left = new List<int>();
        while (panorama.Read() is { } frame)
        {
            left.Add(GreysOfMiddleRow(frame)[0]);
            frame.Dispose();
        }

        Assert.All(left[..49], grey => Assert.Equal(60, grey));
        Assert.All(left[51..], grey => Assert.Equal(220, grey));
    }

    [Fact]
    public async Task A_file_that_is_no_video_stops_the_stage_with_its_name_and_what_to_do()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 1);
        await File.WriteAllTextAsync(context.Takes[1].VideoPath, "this is no video");

        var failure = await Assert.ThrowsAsync<StageFailedException>(() =>
            new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance).RunAsync(context, NoProgress, CancellationToken.None));

        Assert.Contains(context.Takes[1].Id.CameraId.Value, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Copy the take from the camera again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_camera_cannot_be_stitched()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 1);
        var failure = await Assert.ThrowsAsync<StageFailedException>(() => Stage().RunAsync(context with { Takes = [context.Takes[0]] }, NoProgress, CancellationToken.None));
        Assert.Contains("2 to 4 cameras", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_without_anything_in_common_are_refused_with_a_remedy()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 1);
        var failure = await Assert.ThrowsAsync<StageFailedException>(() =>
            new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance).RunAsync(context, NoProgress, CancellationToken.None));
        Assert.Contains("overlap", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_stitch_leaves_no_file_and_no_process()
    {
        using var folder = new TempFolder();
        var context = await PreparedAsync(folder, 2, seconds: 4);
        using var cancel = new CancellationTokenSource();
        var onFirst = new CancelOnReport(cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Stage().RunAsync(context, onFirst, cancel.Token));

        Assert.False(File.Exists(folder.File("stitched", "panorama.mp4")));
        Assert.False(File.Exists(folder.File("stitched", "panorama.mp4.part")));
    }

    [Fact]
    public void Every_wrong_option_is_named_when_the_program_starts()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Rig:Stitch:Codec"] = "vhs",
            ["Rig:Stitch:MaxWidth"] = "3",
            ["Rig:Stitch:CheckerboardFolders:LEFT"] = "/nowhere",
        }).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddStitch(configuration).BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<StitchOptions>>().Value);
        Assert.Contains("Rig:Stitch:Codec must be h264 or h265", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Rig:Stitch:MaxWidth", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Rig:Stitch:CheckerboardFolders:LEFT", failure.Message, StringComparison.Ordinal);
    }

    private static StitchStage Stage() => new(Options.Create(new StitchOptions { EncoderPreset = "ultrafast" }), NullLogger<StitchStage>.Instance);

    /// <summary>Cameras side by side, each filming one grey, with an alignment as the stage before would leave it.</summary>
    private static async Task<StageContext> PreparedAsync(TempFolder folder, int count, double seconds)
    {
        var ids = new[] { CameraId.Left, CameraId.Center, CameraId.Right, CameraId.Parse("CAM_X") };
        ids = count == 2 ? [CameraId.Left, CameraId.Right] : ids[..count];
        var lens = CameraLens.Equidistant(Width, Height, 1.0);
        var (takes, cameras) = (new List<TakeFile>(), new List<AlignedCamera>());
        for (var i = 0; i < count; i++)
        {
            var id = new TakeId(SyntheticTakes.Session, ids[i]);
            var path = folder.File(id + ".mp4");
            await EncodeGreyAsync(path, 60 + (40 * i), seconds);
            takes.Add(new TakeFile(id, path, SyntheticTakes.Manifest(id, path, Width, Height, Fps, seconds, null, SyntheticTakes.Start)));
            cameras.Add(new AlignedCamera(ids[i].Value, lens, Rotation.FromYaw(0.8 * (i - ((count - 1) / 2.0))).ToRowMajor(), ExposureMatch.None, 0, 1));
        }

        var alignment = new AlignmentFile(SyntheticTakes.Start, cameras, 0, 0, 0, 0, "test");
        StitchFolder.Write(StitchFolder.Alignment(folder.Path), alignment.ToUtf8Json());
        var geometry = PanoramaPlanner.Plan([.. cameras.Select(c => c.Model())], null, 1200);
        StitchFolder.Write(StitchFolder.Geometry(folder.Path), geometry.ToUtf8Json());
        return SyntheticTakes.Context(folder.Path, [.. takes]);
    }

    private static async Task EncodeGreyAsync(string path, int grey, double seconds)
    {
        using var ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
            FormattableString.Invariant($"nullsrc=s={Width}x{Height}:r={Fps}:d={seconds},format=yuv420p,geq=lum={grey}:cb=128:cr=128"), "-c:v", "libx264", "-preset", "ultrafast", path])!;
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    /// <summary>The grey in the middle of each fifth of a camera's width, left to right, rounded to tens.</summary>
    private static unsafe int[] GreysOfMiddleRow(VideoFrame frame)
    {
        var greys = new List<int>();
        var row = frame.Y + ((long)frame.Height / 2 * frame.StrideY);
        for (var x = 10; x < frame.Width - 10; x += 20)
        {
            // Steady stretches only: a fade is neither camera.
            if (Math.Abs(row[x - 8] - row[x + 8]) <= 2)
            {
                greys.Add((row[x] + 5) / 10 * 10);
            }
        }

        return [.. greys];
    }

    private sealed class CancelOnReport(CancellationTokenSource cancel) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => cancel.Cancel();
    }
}
