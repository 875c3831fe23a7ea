using Rig.CameraNode.Imaging;
using Rig.Domain.Recordings;
using Rig.Rehearsal.Capture;
using Rig.Tests.Storage;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Capture;

public sealed class FootageSourceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task It_plays_the_file_from_match_time_0_passes_over_dropped_slots_and_begins_again_at_its_end()
    {
        using var bench = new TakeBench();
        var file = (await bench.WriteAsync()).FilePath;
        using var source = new FootageSource(file, SampleVideo.Width, SampleVideo.Height, SampleVideo.Fps);
        var frame = new Yuv420Frame(source.Width, source.Height);
        source.Fill(frame, null);
        Assert.Equal(0, Number(frame));

        source.BeginTake("unused", DateTimeOffset.UnixEpoch);
        foreach (var slot in new[] { 0, 1, 2, 5, 59, 60, 61, 119, 120 })
        {
            source.Fill(frame, TimeSpan.FromSeconds(slot / 30.0));
            Assert.Equal(slot % 60, Number(frame));
        }

        source.EndTake();
        source.BeginTake("unused", DateTimeOffset.UnixEpoch);
        source.Fill(frame, TimeSpan.Zero);
        Assert.Equal(0, Number(frame));
        source.Fill(frame, null);
        Assert.Equal(0, Number(frame));
    }

    [Theory]
    [InlineData("4:3 between bars at the sides", "240x180", "1", 40, 0)]
    [InlineData("4:3 of another size", "640x480", "1", 40, 0)]
    [InlineData("upright between bars at the sides", "90x160", "1", 109, 0)]
    [InlineData("wide between bars above and below", "640x240", "1", 0, 30)]
    [InlineData("anamorphic, which fills the picture when it is seen as it says", "240x180", "4/3", 0, 0)]
    public async Task Footage_of_another_shape_keeps_it(string shape, string size, string sampleAspect, int barsAtTheSides, int barsAboveAndBelow)
    {
        const int Width = 320;
        const int Height = 180;
        using var folder = new TempFolder();
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", $"color=c=white:s={size}:r=10:d=1", "-vf", $"setsar={sampleAspect}", "-c:v", "libx264", "-pix_fmt", "yuv420p", folder.File("file.mp4")]);
        using var source = new FootageSource(folder.File("file.mp4"), Width, Height, 10);
        var frame = new Yuv420Frame(Width, Height);

        source.Fill(frame, null);

        output.WriteLine(shape);
        var across = Enumerable.Range(0, Width).Count(x => frame.Data[(Height / 2 * Width) + x] > 125);
        var down = Enumerable.Range(0, Height).Count(y => frame.Data[(y * Width) + (Width / 2)] > 125);
        Assert.InRange(across, Width - (2 * barsAtTheSides) - 2, Width - (2 * barsAtTheSides) + 2);
        Assert.InRange(down, Height - (2 * barsAboveAndBelow) - 2, Height - (2 * barsAboveAndBelow) + 2);
        Assert.Equal(barsAtTheSides > 2, frame.Data[Height / 2 * Width] < 40);
    }

    [Fact]
    public async Task What_is_not_a_video_is_refused_with_its_name()
    {
        using var folder = new TempFolder();
        Assert.Throws<FileNotFoundException>(() => new FootageSource(folder.File("none.mp4"), 160, 96, 30));
        await File.WriteAllTextAsync(folder.File("text.mp4"), "not a video");
        var refusal = Assert.Throws<InvalidDataException>(() => new FootageSource(folder.File("text.mp4"), 160, 96, 30));
        Assert.Contains("text.mp4", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_footage_is_recorded_as_a_camera_would()
    {
        if (RealFootage.PairFolder is not { } pair)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        var options = CameraRig.SmallPattern();
        (options.Source, options.FootageFile, options.Fps) = ("footage", Path.Combine(pair, "left_camera.mp4"), 25);
        await using var rig = await CameraRig.StartAsync(options, command: [options.CaptureProgramPath()!, "capture"]);
        var request = CameraRig.Request(startIn: TimeSpan.FromMilliseconds(500));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        // The first whole second that is still ahead: on a busy machine the first fragment of so large a video takes a while.
        var seconds = Math.Max(1, (int)Math.Ceiling((TimeProvider.System.GetUtcNow() - request.StartAt).TotalSeconds + 0.5));
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, request.StartAt.AddSeconds(seconds)).WaitAsync(CameraRig.Timeout);
        Assert.Equal("footage", sealedTake.Manifest.Recording.Source);
        Assert.Equal(seconds * 25, sealedTake.Manifest.Video.Frames + sealedTake.Manifest.Quality!.DroppedFrames);
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
    }

    private static int Number(Yuv420Frame frame)
    {
        var number = 0;
        for (var bit = 0; bit < 16; bit++)
        {
            number |= (frame.Y[(((bit / 4 * 4) + 1) * frame.Width) + (bit % 4 * 4) + 1] > 125 ? 1 : 0) << bit;
        }

        return number;
    }
}
