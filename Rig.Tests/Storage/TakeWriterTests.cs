using System.Security.Cryptography;
using Rig.Actors.Recording;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;

namespace Rig.Tests.Storage;

public sealed class TakeWriterTests : IDisposable
{
    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Theory]
    [InlineData("h264", "h264")]
    [InlineData("h265", "hevc")]
    public async Task An_independent_player_reads_every_frame_and_the_colours(string codecName, string ffmpegName)
    {
        Assert.True(VideoCodecNames.TryParse(codecName, out var codec));
        var sealedTake = await bench.WriteAsync(codec: codec);
        Assert.Equal(Enumerable.Range(0, 60), await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath));
        var probe = await Ffmpeg.StreamAsync(sealedTake.FilePath);
        Assert.Equal("2.000000", probe.GetProperty("format").GetProperty("duration").GetString());
        var stream = probe.GetProperty("streams")[0];
        Assert.Equal(ffmpegName, stream.GetProperty("codec_name").GetString());
        Assert.Equal("tv", stream.GetProperty("color_range").GetString());
        Assert.Equal("bt709", stream.GetProperty("color_space").GetString());
        Assert.Equal("yuv420p", stream.GetProperty("pix_fmt").GetString());
        Assert.Equal((SampleVideo.Width, SampleVideo.Height), (stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32()));
        Assert.Equal(codecName, sealedTake.Manifest.File.Codec);
    }

    [Fact]
    public async Task A_dropped_frame_leaves_its_time_slot_empty_and_is_counted_with_its_reason()
    {
        var sealedTake = await bench.WriteAsync(without: n => n is 7 or 8 or 31 or 58 or 59);
        var manifest = sealedTake.Manifest;
        Assert.Equal(55, manifest.Video.Frames);
        Assert.Equal(5, manifest.Quality!.DroppedFrames);
        Assert.Equal(
            [new ManifestGap(233.333, 300, DropCauseName), new ManifestGap(1033.333, 1066.667, DropCauseName)], manifest.Timing.Gaps!);
        var times = await Ffmpeg.TimesAsync(sealedTake.FilePath);
        Assert.Equal([6 / 30.0, 9 / 30.0, 10 / 30.0], times.Skip(6).Take(3).Select(t => Math.Round(t, 4)), (a, b) => Math.Abs(a - b) < 0.001);
    }

    [Fact]
    public async Task The_manifest_names_the_bytes_that_are_there()
    {
        var sealedTake = await bench.WriteAsync();
        var bytes = await File.ReadAllBytesAsync(sealedTake.FilePath);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), sealedTake.Manifest.Checksum.Value);
        Assert.Equal(bytes.Length, sealedTake.Manifest.File.SizeBytes);
        Assert.Equal(2.0, sealedTake.Manifest.Video.DurationSec, 6);
        Assert.Equal(sealedTake.Manifest.Timing.StartTime.AddSeconds(2), sealedTake.Manifest.Timing.EndTime, TimeSpan.FromMicroseconds(1));
        var index = FrameIndex.Read(await File.ReadAllBytesAsync(bench.Paths().Index));
        Assert.Equal(SampleVideo.Frames().Select(f => (f.Number, f.MonotonicNs, f.WallNs, f.IsKey)), index.Select(r => (r.Number, r.MonotonicNs, r.WallNs, r.IsKey)));
    }

    [Fact]
    public async Task A_disk_that_is_full_at_any_write_loses_no_whole_fragment()
    {
        var counting = new FaultyFiles(PosixException.Enospc);
        bench.Files = counting;
        await bench.WriteAsync(TakeBench.Id(999));
        Assert.InRange(counting.Writes, 20, 200);
        for (var n = 1; n <= counting.Writes; n++)
        {
            await FailAsync(new FaultyFiles(PosixException.Enospc, failingWrite: n), TakeBench.Id(session: $"FULL{n}"), TakeEndReason.DiskFull);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_error_at_any_write_loses_nothing_that_was_flushed(bool forEver)
    {
        var counting = new FaultyFiles(PosixException.Eio);
        bench.Files = counting;
        await bench.WriteAsync(TakeBench.Id(999));
        for (var n = 1; n <= counting.Writes; n++)
        {
            await FailAsync(new FaultyFiles(PosixException.Eio, failingWrite: n, forEver: forEver), TakeBench.Id(session: $"EIO{n}"), TakeEndReason.WriteFailed);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failed_flush_ends_the_take_and_what_was_unflushed_counts_as_lost(bool forEver)
    {
        for (var n = 1; n <= 6; n++)
        {
            await FailAsync(new FaultyFiles(PosixException.Eio, failingSync: n, forEver: forEver), TakeBench.Id(session: $"SYNC{n}"), TakeEndReason.WriteFailed);
        }
    }

    private const string DropCauseName = "encoder_behind";

    /// <summary>Writes a take onto a failing disk: what is acknowledged verifies, what is not is sealed by the next start or was nothing.</summary>
    private async Task FailAsync(FaultyFiles files, TakeId id, string expectedReason)
    {
        bench.Files = files;
        TakeSealed? sealedTake = null;
        long acknowledgedFrames = 0;
        var startAcknowledged = false;
        try
        {
            var writer = bench.Open(id);
            foreach (var frame in SampleVideo.Frames())
            {
                writer.Enqueue(frame, "test");
                if (frame.Number == 30)
                {
                    await Task.WhenAny(writer.FirstDurable, writer.Ended).WaitAsync(TakeBench.Timeout);
                    startAcknowledged = writer.FirstDurable.IsCompletedSuccessfully;
                }
            }

            writer.Finish(TakeEndReason.Stopped);
            sealedTake = await writer.Ended.WaitAsync(TakeBench.Timeout);
            acknowledgedFrames = sealedTake.Manifest.Video.Frames!.Value;
            Assert.Contains(sealedTake.EndReason, new[] { expectedReason, TakeEndReason.Stopped });
        }
        catch (TakeFailedException)
        {
        }

        bench.Files = new PosixRecordingFiles();
        var entry = (await bench.RestartAsync()).Find(id);
        Assert.False(File.Exists(bench.Paths(id).Open), $"{id} stays open");
        if (sealedTake is not null || startAcknowledged)
        {
            Assert.NotNull(entry);
        }

        if (entry is not null)
        {
            Assert.Equal(entry.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(entry.FilePath))));
            Assert.True(entry.Frames >= acknowledgedFrames);

            // After an error, unlike on a full disk, nothing unflushed is trusted, also where it still looks whole.
            if (expectedReason == TakeEndReason.WriteFailed && sealedTake is { EndReason: TakeEndReason.WriteFailed })
            {
                Assert.InRange(entry.SizeBytes, 1, files.FlushedVideoBytes);
            }
        }
    }
}
