using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;

namespace Rig.Tests.Storage;

/// <summary>What the camera saw at a take's start reaches its manifest however the take ends.</summary>
public sealed class TakeFramingTests : IDisposable
{
    private static readonly ManifestFraming Framing = new(
        new DateTimeOffset(2026, 11, 21, 13, 59, 59, TimeSpan.Zero), "good", 0.7, 0.61, -0.4, 812.5, 0.01, 0, Convert.ToBase64String(new byte[90_000]));

    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task It_is_in_both_forms_of_the_manifest()
    {
        var writer = Open();
        foreach (var frame in SampleVideo.Frames())
        {
            writer.Enqueue(frame, "");
        }

        writer.Finish(TakeEndReason.Stopped);
        var sealedTake = await writer.Ended.WaitAsync(TakeBench.Timeout);
        var manifest = Manifest.Parse(await File.ReadAllBytesAsync(sealedTake.ManifestPath));
        Assert.Equal(Framing, manifest.Framing);
        Assert.Equal(Framing.SnapshotBase64, FlatManifest.Of(manifest, null).SnapshotBase64);
    }

    [Fact]
    public async Task It_is_in_the_manifest_of_a_take_that_ended_on_a_full_disk()
    {
        var counting = new FaultyFiles(PosixException.Enospc);
        bench.Files = counting;
        await bench.WriteAsync(TakeBench.Id(999));
        bench.Files = new FaultyFiles(PosixException.Enospc, failingWrite: counting.Writes * 3 / 4);
        var writer = Open();
        foreach (var frame in SampleVideo.Frames())
        {
            writer.Enqueue(frame, "");
        }

        writer.Finish(TakeEndReason.Stopped);
        var sealedTake = await writer.Ended.WaitAsync(TakeBench.Timeout);
        Assert.Equal((TakeEndReason.DiskFull, Framing), (sealedTake.EndReason, sealedTake.Manifest.Framing));
    }

    private TakeWriter Open() => TakeWriter.Create(
        bench.Files, bench.Paths(), TakeBench.Describe(TakeBench.Id(), TakeSealer.FromUnixNs(SampleVideo.StartWallNs)) with { Framing = Framing }, NullLogger.Instance, TakeBench.NewMetrics());
}
