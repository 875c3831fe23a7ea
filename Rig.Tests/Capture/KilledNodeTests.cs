using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

public sealed class KilledNodeTests
{
    /// <summary>A fragment of 30 frames a second holds five.</summary>
    private const int FramesInFragment = 5;

    [Fact]
    public async Task A_node_killed_at_any_moment_leaves_a_playable_take_that_lacks_at_most_one_fragment()
    {
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request();
        var started = await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        var random = new Random(17);
        for (var kill = 0; kill < 25; kill++)
        {
            var seen = rig.Camera.Status.Take!.Frames;
            var wanted = seen + random.Next(0, 8);
            await CameraRig.UntilAsync(() => (seen = rig.Camera.Status.Take!.Frames) >= wanted, () => "more frames");

            // The files only grow, so a copy is what a node killed at this moment would have left in the page cache.
            using var folder = new TempFolder("rig-killed");
            var storage = new StorageOptions { RecordingsPath = folder.File("recordings"), ManifestsPath = folder.File("manifests"), MinFreeSpaceGb = 0 };
            var paths = TakePaths.Of(storage, request.Id);
            Directory.CreateDirectory(paths.RecordingFolder);
            foreach (var extension in new[] { ".mp4", ".index", ".open", ".reserve" })
            {
                File.Copy(Path.ChangeExtension(started.FilePath, extension), Path.Combine(paths.RecordingFolder, request.Id + extension));
            }

            var files = new PosixRecordingFiles();
            var disk = new RecordingDisk(Options.Create(storage), files, NullLogger<RecordingDisk>.Instance);
            using var recovery = new TakeRecovery(Options.Create(storage), files, disk, new SealedTakes(), NullLogger<TakeRecovery>.Instance);
            recovery.Recover(paths.Open);

            var entry = Assert.Single(disk.Read());
            Assert.Equal(TakeEndReason.Repaired, entry.EndReason);
            Assert.True(entry.Frames >= seen - FramesInFragment, $"{entry.Frames} of {seen} frames are left");
            if (kill % 5 == 0)
            {
                Assert.Equal(entry.Frames, (await Ffmpeg.PatternNumbersAsync(entry.FilePath)).Count);
            }
        }

        await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
    }
}
