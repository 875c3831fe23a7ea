using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Storage;

public sealed class PowerCutTests
{
    /// <summary>R2 of docs/design/recording.md.</summary>
    private const long MayBeLostNs = 1_000_000_000;

    private const int Frames = 75;

    /// <summary>On a machine that stands still again and again it takes longer until a frame must be there.</summary>
    private const int MostFrames = 10 * Frames;

    [Fact]
    public async Task A_power_cut_at_any_step_of_a_take_costs_at_most_a_second_and_nothing_that_was_acknowledged()
    {
        using var bench = new TakeBench();
        using var standstills = new Standstills();
        var cuts = new List<Cut>();
        var handedNs = new List<long>();
        TakeWriter? writer = null;
        bench.Files = new PowerCutFiles(files =>
        {
            lock (handedNs)
            {
                var now = MonotonicClock.NowNs;
                cuts.Add(new Cut(
                    files, handedNs.Count(at => now - at - standstills.NsWithin(at, now) >= MayBeLostNs),
                    writer?.FirstDurable.IsCompletedSuccessfully == true, writer?.Ended.IsCompletedSuccessfully == true));
            }
        });
        writer = bench.Open();
        var slots = new FrameSlots(MonotonicClock.NowNs, SampleVideo.Fps);
        var sample = SampleVideo.Frames();
        await Task.Run(() =>
        {
            for (var n = 0; n < Frames || (n < MostFrames && !MustAnyBeThere()); n++)
            {
                Posix.SleepUntil(slots.DueNs(n));
                lock (handedNs)
                {
                    handedNs.Add(MonotonicClock.NowNs);
                }

                writer.Enqueue(sample[n % sample.Count] with { Number = n, MonotonicNs = slots.DueNs(n), WallNs = SampleVideo.StartWallNs + slots.DueNs(n) - slots.StartNs }, "test");
            }
        });
        writer.Finish(TakeEndReason.Stopped);
        var sealedTake = await writer.Ended.WaitAsync(TakeBench.Timeout);
        bench.Files.SyncDirectory(bench.Paths().RecordingFolder);

        Assert.Contains(cuts, cut => cut.StartAcknowledged && !cut.EndAcknowledged);
        Assert.Contains(cuts, cut => cut.MustBeThere > 0 && !cut.EndAcknowledged);
        Assert.True(cuts[^1].EndAcknowledged);
        var random = new Random(4);
        foreach (var cut in cuts)
        {
            foreach (var left in new Func<PowerCutFiles.CutFile, byte[]>[] { file => file.Flushed, file => file.Torn(random) })
            {
                var entry = await AfterAsync(bench, cut, left);
                Assert.True((entry?.Frames ?? 0) >= cut.MustBeThere, $"{entry?.Frames} of at least {cut.MustBeThere} frames are left");
                if (cut.StartAcknowledged)
                {
                    Assert.True(entry?.Frames > 0);
                }

                if (cut.EndAcknowledged)
                {
                    Assert.Equal((TakeEndReason.Stopped, sealedTake.Manifest.Checksum.Value), (entry!.EndReason, entry.Sha256));
                }
            }
        }

        bool MustAnyBeThere()
        {
            lock (handedNs)
            {
                return cuts.Any(cut => cut.MustBeThere > 0);
            }
        }
    }

    /// <summary>Starts a node on what the cut left.</summary>
    private static async Task<RecordingEntry?> AfterAsync(TakeBench before, Cut cut, Func<PowerCutFiles.CutFile, byte[]> left)
    {
        using var after = new TakeBench();
        foreach (var file in cut.Files.Files)
        {
            var target = file.Path.Replace(before.Storage.RecordingsPath, after.Storage.RecordingsPath, StringComparison.Ordinal)
                .Replace(before.Storage.ManifestsPath, after.Storage.ManifestsPath, StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, left(file));
        }

        var catalogue = await after.RestartAsync();
        Assert.Empty(StorageCheck.Run(after.Storage).Findings);
        return catalogue.Find(TakeBench.Id());
    }

    /// <param name="MustBeThere">Frames that were handed over longer ago than may be lost.</param>
    private sealed record Cut(PowerCutFiles.Cut Files, int MustBeThere, bool StartAcknowledged, bool EndAcknowledged);
}
