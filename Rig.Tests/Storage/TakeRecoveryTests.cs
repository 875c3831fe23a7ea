using System.Security.Cryptography;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Mp4;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;

namespace Rig.Tests.Storage;

public sealed class TakeRecoveryTests : IDisposable
{
    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task A_file_torn_at_any_byte_of_its_last_fragment_is_cut_back_to_the_whole_one_before()
    {
        var whole = await File.ReadAllBytesAsync((await bench.WriteAsync()).FilePath);
        var (offsets, samples) = Scan(whole, whole.Length);
        Assert.Equal(60, samples.Count);
        Assert.Equal(whole.Length, offsets[^1].End);
        var (lastStart, framesBefore) = (offsets[^2].End, offsets[^2].Frames);
        for (var length = lastStart; length < whole.Length; length++)
        {
            var (torn, tornSamples) = Scan(whole, length);
            Assert.Equal(lastStart, torn[^1].End);
            Assert.Equal(framesBefore, tornSamples.Count);
        }
    }

    [Fact]
    public async Task A_fragment_with_any_stretch_zeroed_is_not_taken_for_whole()
    {
        var whole = await File.ReadAllBytesAsync((await bench.WriteAsync()).FilePath);
        var (offsets, _) = Scan(whole, whole.Length);
        var lastStart = (int)offsets[^2].End;
        for (var at = lastStart; at < whole.Length - 8; at += 8)
        {
            var zeroed = whole.ToArray();
            zeroed.AsSpan(at, 8).Clear();
            if (!zeroed.AsSpan().SequenceEqual(whole))
            {
                Assert.Equal(lastStart, Scan(zeroed, zeroed.Length).Offsets[^1].End);
            }
        }
    }

    [Fact]
    public async Task A_take_left_open_by_a_killed_node_is_sealed_at_the_next_start()
    {
        Abandon(TakeBench.Id(), tornBytes: 200);
        var catalogue = await bench.RestartAsync();
        var entry = Assert.Single(catalogue.List());
        Assert.Equal(TakeEndReason.Repaired, entry.EndReason);
        var manifest = Manifest.Parse(catalogue.ReadManifest(entry.Id));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(entry.FilePath))), manifest.Checksum.Value);
        Assert.Equal(["CAM_L", "CAM_R"], manifest.Recording.SessionCameras!);
        Assert.Equal(TakeSealer.FromUnixNs(SampleVideo.StartWallNs), manifest.Timing.StartTime);
        var numbers = await Ffmpeg.PatternNumbersAsync(entry.FilePath);
        Assert.Equal(Enumerable.Range(0, (int)entry.Frames!.Value), numbers);
        Assert.Equal(numbers, FrameIndex.Read(await File.ReadAllBytesAsync(bench.Paths().Index)).Select(r => (int)r.Number));
        Assert.Equal([".index", ".mp4"], Directory.GetFiles(bench.Paths().RecordingFolder).Select(Path.GetExtension).Order());
        Assert.Equal(2, catalogue.NextTake(entry.Id.SessionId, entry.Id.CameraId));
    }

    [Fact]
    public async Task An_index_that_was_lost_is_made_again_from_the_video()
    {
        Abandon(TakeBench.Id(), tornBytes: 0);
        var expected = FrameIndex.Read(await File.ReadAllBytesAsync(bench.Paths().Index));
        await File.WriteAllBytesAsync(bench.Paths().Index, []);
        await bench.RestartAsync();
        var made = FrameIndex.Read(await File.ReadAllBytesAsync(bench.Paths().Index));
        Assert.Equal(expected.Select(r => (r.Number, r.FragmentOffset, r.SizeBytes, r.IsKey)), made.Select(r => (r.Number, r.FragmentOffset, r.SizeBytes, r.IsKey)));
        Assert.All(expected.Zip(made), pair => Assert.InRange(Math.Abs(pair.First.MonotonicNs - pair.Second.MonotonicNs), 0, 12_000));
    }

    [Fact]
    public async Task A_take_without_a_whole_fragment_is_set_aside_and_never_deleted()
    {
        Abandon(TakeBench.Id(), tornBytes: 0);
        var bytes = (await File.ReadAllBytesAsync(bench.Paths().Video))[..900];
        await File.WriteAllBytesAsync(bench.Paths().Video, bytes);
        var catalogue = await bench.RestartAsync();
        Assert.Empty(catalogue.List());
        var aside = Path.Combine(bench.Storage.RecordingsPath, "lost+found", $"{TakeBench.Id()}.mp4");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(aside));
        Assert.Empty((await bench.RestartAsync()).List());
    }

    [Fact]
    public async Task A_node_killed_between_manifest_and_the_last_step_finds_its_take_sealed()
    {
        var sealedTake = await bench.WriteAsync();
        await File.WriteAllTextAsync(bench.Paths().Open, "{}");
        var catalogue = await bench.RestartAsync();
        Assert.Equal(TakeEndReason.Stopped, Assert.Single(catalogue.List()).EndReason);
        Assert.False(File.Exists(bench.Paths().Open));
        Assert.Equal(sealedTake.Manifest.Checksum.Value, catalogue.List()[0].Sha256);
    }

    /// <summary>What a killed node leaves: fifty frames, a piece of the next fragment, and the open marker.</summary>
    private void Abandon(TakeId id, int tornBytes)
    {
        var paths = bench.Paths(id);
        var writer = bench.Open(id);
        foreach (var frame in SampleVideo.Frames().Take(52))
        {
            writer.Enqueue(frame, "test");
        }

        SpinWait.SpinUntil(() => writer.FirstDurable.IsCompleted && writer.Frames == 52 && writer.SizeBytes == new FileInfo(paths.Video).Length, TakeBench.Timeout);
        var open = File.ReadAllBytes(paths.Open);
        var video = File.ReadAllBytes(paths.Video);
        var index = File.ReadAllBytes(paths.Index);
        writer.Finish(TakeEndReason.Stopped);
        writer.Ended.Wait(TakeBench.Timeout);
        var next = File.ReadAllBytes(paths.Video).AsSpan(video.Length, tornBytes);
        File.Delete(paths.Manifest);
        File.WriteAllBytes(paths.Open, open);
        File.WriteAllBytes(paths.Video, [.. video, .. next]);
        File.WriteAllBytes(paths.Index, index);
    }

    private static (List<(long End, int Frames)> Offsets, List<Mp4Scanner.ScannedSample> Samples) Scan(byte[] file, long length)
    {
        var offsets = new List<(long, int)>();
        var samples = new List<Mp4Scanner.ScannedSample>();
        long end = 0;
        using var stream = new MemoryStream(file, 0, (int)length);
        var total = Mp4Scanner.Scan(stream, bytes => end += bytes.Length, samples.Add);
        Assert.Equal(total, end);
        var starts = samples.Select(s => s.FragmentOffset).Distinct().Append(total).ToList();
        for (var i = 0; i < starts.Count; i++)
        {
            offsets.Add((starts[i], samples.Count(s => s.FragmentOffset < starts[i])));
        }

        return (offsets, samples);
    }
}
