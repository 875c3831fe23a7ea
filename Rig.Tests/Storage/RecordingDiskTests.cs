using Rig.Actors.Recording;
using Rig.CameraNode.Storage;

namespace Rig.Tests.Storage;

public sealed class RecordingDiskTests : IDisposable
{
    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task A_take_is_deleted_only_after_a_receipt_for_its_very_bytes()
    {
        var sealedTake = await bench.WriteAsync();
        var disk = bench.Disk();
        var entry = Assert.Single(disk.Read());
        Assert.Null(entry.ConfirmedAt);
        Assert.False(disk.DeleteConfirmed(entry));
        Assert.False(disk.DeleteConfirmed(entry with { ConfirmedAt = DateTimeOffset.UnixEpoch }));

        disk.KeepReceipt(entry, "r", DateTimeOffset.UnixEpoch);
        Assert.Equal(DateTimeOffset.UnixEpoch, Assert.Single(disk.Read()).ConfirmedAt);
        Assert.False(disk.DeleteConfirmed(entry with { Sha256 = new string('0', 64) }));
        Assert.True(File.Exists(sealedTake.FilePath));
        Assert.True(disk.DeleteConfirmed(entry));
        Assert.False(File.Exists(sealedTake.FilePath));
        Assert.Empty(disk.Read());
        Assert.True(disk.DeleteConfirmed(entry));
    }

    [Fact]
    public async Task A_deleted_takes_number_is_not_given_again()
    {
        var sealedTake = await bench.WriteAsync();
        bench.Confirm(sealedTake.Id);
        Assert.True(bench.Disk().DeleteConfirmed(Assert.Single(bench.Disk().Read())));
        Assert.Equal(2, bench.Disk().NextTake(sealedTake.Id.SessionId, sealedTake.Id.CameraId));
    }

    [Fact]
    public async Task A_receipt_for_other_bytes_confirms_nothing()
    {
        var sealedTake = await bench.WriteAsync();
        var receipt = new OffloadReceipt(sealedTake.Id.ToString(), new string('a', 64), "r", DateTimeOffset.UnixEpoch);
        await File.WriteAllBytesAsync(bench.Paths().Receipt, receipt.ToUtf8Json());
        Assert.Null(Assert.Single(bench.Disk().Read()).ConfirmedAt);
    }

    [Fact]
    public async Task A_video_that_is_not_as_long_as_its_manifest_says_is_not_offered()
    {
        var sealedTake = await bench.WriteAsync();
        await File.AppendAllTextAsync(sealedTake.FilePath, "x");
        Assert.Empty(bench.Disk().Read());
    }

    [Fact]
    public async Task Confirmed_takes_make_room_oldest_first_and_no_more_than_needed()
    {
        for (var take = 1; take <= 3; take++)
        {
            await bench.WriteAsync(TakeBench.Id(take));
        }

        bench.Confirm(TakeBench.Id(2));
        bench.Confirm(TakeBench.Id(3));
        var entries = bench.Disk().Read().Select(e => e with { CreatedAt = DateTimeOffset.UnixEpoch.AddDays(e.Id.Take) }).ToList();
        Assert.Empty(RetentionPolicy.Choose(entries, freeBytes: 10, wantedFreeBytes: 10));
        Assert.Equal([2], RetentionPolicy.Choose(entries, 0, entries[0].SizeBytes).Select(e => e.Id.Take));
        Assert.Equal([2, 3], RetentionPolicy.Choose(entries, 0, long.MaxValue).Select(e => e.Id.Take));
    }

    [Fact]
    public async Task Status_tells_space_counts_and_whether_the_disk_takes_writes()
    {
        await bench.WriteAsync();
        var status = bench.Catalogue().Status;
        Assert.True(status.Writable, status.Problem);
        Assert.Equal(1, status.RecordingCount);
        Assert.True(status.TotalBytes > status.FreeBytes && status.FreeBytes > 0);
        Assert.True(status.EstimatedRecordingMinutes > 0);

        bench.Storage.MinFreeSpaceGb = 99_999;
        status = bench.Catalogue().Status;
        Assert.Equal(0, status.EstimatedRecordingMinutes);
        Assert.Contains("nearly full", status.Problem, StringComparison.Ordinal);
    }
}
