using System.Security.Cryptography;
using Rig.Actors.Recording;
using Rig.CameraNode.Storage;

namespace Rig.Tests.Storage;

public sealed class PowerCutTests
{
    [Fact]
    public async Task A_power_cut_at_any_step_of_a_take_keeps_what_was_acknowledged_and_every_take_that_is_left_verifies()
    {
        using var bench = new TakeBench();
        var cuts = new List<Cut>();
        TakeWriter? writer = null;
        bench.Files = new PowerCutFiles(durable => cuts.Add(new Cut(
            new Dictionary<string, byte[]>(durable), writer?.FirstDurable.IsCompletedSuccessfully == true, writer?.Ended.IsCompletedSuccessfully == true)));
        writer = bench.Open();
        foreach (var frame in SampleVideo.Frames())
        {
            writer.Enqueue(frame, "test");
            if (frame.Number == 20)
            {
                await writer.FirstDurable.WaitAsync(TakeBench.Patience);
            }
        }

        writer.Finish(TakeEndReason.Stopped);
        var sealedTake = await writer.Ended.WaitAsync(TakeBench.Patience);
        bench.Files.SyncDirectory(bench.Paths().RecordingFolder);

        Assert.Contains(cuts, cut => cut.StartAcknowledged && !cut.EndAcknowledged);
        Assert.True(cuts[^1].EndAcknowledged);
        foreach (var cut in cuts)
        {
            var entry = await AfterAsync(bench, cut);
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

    /// <summary>Starts a node on what the cut left.</summary>
    private static async Task<RecordingEntry?> AfterAsync(TakeBench before, Cut cut)
    {
        using var after = new TakeBench();
        foreach (var (path, bytes) in cut.Files)
        {
            var target = path.Replace(before.Storage.RecordingsPath, after.Storage.RecordingsPath, StringComparison.Ordinal)
                .Replace(before.Storage.ManifestsPath, after.Storage.ManifestsPath, StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, bytes);
        }

        var entry = (await after.RestartAsync()).Find(TakeBench.Id());
        if (entry is not null)
        {
            Assert.Equal(entry.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(entry.FilePath))));
            Assert.False(File.Exists(after.Paths().Open));
        }

        return entry;
    }

    private sealed record Cut(Dictionary<string, byte[]> Files, bool StartAcknowledged, bool EndAcknowledged);
}
