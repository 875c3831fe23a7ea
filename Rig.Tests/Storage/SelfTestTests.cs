using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.CameraNode.SelfTest;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Storage;

public sealed class SelfTestTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_healthy_camera_passes_and_leaves_nothing_behind_but_the_takes_that_were_there()
    {
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request();
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        var before = Files(rig);

        var result = await Runner(rig).RunAsync(Length);
        Assert.Equal((true, true, true, true, true, true), (result!.CameraDetected, result.RecordingStarted, result.RecordingStopped, result.FileCreated, result.HashVerified, result.Deleted));
        Assert.InRange(result.Frames, 1, 30);
        Assert.Equal(result.Frames, result.DecodedFrames);
        Assert.True(result.Passed || result.DroppedFrames > 0, string.Join(' ', result.Errors));
        Assert.Equal(before, Files(rig));
        Assert.Equal(request.Id, Assert.Single(rig.Catalogue.List()).Id);
    }

    [Fact]
    public async Task A_video_that_does_not_decode_fails_the_test()
    {
        await using var rig = await CameraRig.StartAsync();
        var result = await Runner(rig, new Broken()).RunAsync(Length);
        Assert.False(result!.Passed);
        Assert.Contains("The picture is torn.", result.Errors);
        Assert.True(result.Deleted);
        Assert.Empty(Files(rig));
    }

    [Fact]
    public async Task Only_one_runs_at_a_time()
    {
        await using var rig = await CameraRig.StartAsync();
        var runner = Runner(rig);
        var first = runner.RunAsync(Length);
        Assert.Null(await runner.RunAsync(Length));
        Assert.NotNull(await first.WaitAsync(CameraRig.Timeout));
    }

    private static SelfTestRunner Runner(CameraRig rig, IVideoDecoder? decoder = null) => new(
        rig.Camera, PublishedSnapshot.Of(rig.Camera.Status), rig.Camera.Clock, new CameraIdentity(CameraId.Left), Options.Create(rig.Storage), new PosixRecordingFiles(),
        decoder ?? new FfmpegDecoder(), NullLogger<SelfTestRunner>.Instance);

    private static List<string> Files(CameraRig rig) =>
        [.. new[] { rig.Storage.RecordingsPath, rig.Storage.ManifestsPath }.SelectMany(root => Directory.EnumerateFileSystemEntries(root, "*SELFTEST*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))).Order(StringComparer.Ordinal)];

    private sealed class Broken : IVideoDecoder
    {
        public Task<long> CountFramesAsync(string path) => Task.FromException<long>(new InvalidDataException("The picture is torn."));
    }
}
