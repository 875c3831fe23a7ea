using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Storage;

namespace Rig.Tests.Storage;

public sealed class RecordingCatalogueTests : IDisposable
{
    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task A_take_is_deleted_only_after_a_receipt_for_its_very_bytes()
    {
        var sealedTake = await bench.WriteAsync();
        var catalogue = bench.Catalogue();
        var id = sealedTake.Id;
        Assert.False(catalogue.DeleteConfirmed(id));
        Assert.Equal(ConfirmOutcome.ChecksumMismatch, catalogue.Confirm(id, new string('0', 64), "r"));
        Assert.Equal(ConfirmOutcome.NotFound, catalogue.Confirm(TakeBench.Id(7), sealedTake.Manifest.Checksum.Value, "r"));
        Assert.False(catalogue.DeleteConfirmed(id));
        Assert.True(File.Exists(sealedTake.FilePath));

        Assert.Equal(ConfirmOutcome.Confirmed, catalogue.Confirm(id, sealedTake.Manifest.Checksum.Value.ToUpperInvariant(), "r"));
        Assert.Equal(ConfirmOutcome.Confirmed, catalogue.Confirm(id, sealedTake.Manifest.Checksum.Value, "again"));
        Assert.NotNull(bench.Catalogue().Find(id)!.ConfirmedAt);
        Assert.True(catalogue.DeleteConfirmed(id));
        Assert.False(File.Exists(sealedTake.FilePath));
        Assert.Null(catalogue.Find(id));
        Assert.Empty(bench.Catalogue().List());
    }

    [Fact]
    public async Task A_deleted_takes_number_is_not_given_again()
    {
        var sealedTake = await bench.WriteAsync();
        var catalogue = bench.Catalogue();
        catalogue.Confirm(sealedTake.Id, sealedTake.Manifest.Checksum.Value, "r");
        catalogue.DeleteConfirmed(sealedTake.Id);
        Assert.Equal(2, bench.Catalogue().NextTake(sealedTake.Id.SessionId, sealedTake.Id.CameraId));
    }

    [Fact]
    public async Task A_receipt_for_other_bytes_confirms_nothing()
    {
        var sealedTake = await bench.WriteAsync();
        var receipt = new OffloadReceipt(sealedTake.Id.ToString(), new string('a', 64), "r", DateTimeOffset.UnixEpoch);
        await File.WriteAllBytesAsync(bench.Paths().Receipt, receipt.ToUtf8Json());
        Assert.Null(Assert.Single(bench.Catalogue().List()).ConfirmedAt);
    }

    [Fact]
    public async Task A_video_that_is_not_as_long_as_its_manifest_says_is_not_offered()
    {
        var sealedTake = await bench.WriteAsync();
        await File.AppendAllTextAsync(sealedTake.FilePath, "x");
        Assert.Empty(bench.Catalogue().List());
    }

    [Fact]
    public async Task Confirmed_takes_are_deleted_oldest_first_only_while_space_is_short()
    {
        var sealedTakes = new List<TakeSealed>();
        for (var take = 1; take <= 3; take++)
        {
            sealedTakes.Add(await bench.WriteAsync(TakeBench.Id(take)));
        }

        var catalogue = bench.Catalogue();
        foreach (var t in sealedTakes.Skip(1))
        {
            catalogue.Confirm(t.Id, t.Manifest.Checksum.Value, "r");
        }

        var entries = catalogue.List().Select((e, i) => e with { CreatedAt = DateTimeOffset.UnixEpoch.AddDays(e.Id.Take) }).ToList();
        var size = entries[0].SizeBytes;
        Assert.Empty(RetentionPolicy.Choose(entries, freeBytes: 10, wantedFreeBytes: 10));
        Assert.Equal([2], RetentionPolicy.Choose(entries, 0, size).Select(e => e.Id.Take));
        Assert.Equal([2, 3], RetentionPolicy.Choose(entries, 0, long.MaxValue).Select(e => e.Id.Take));

        bench.Storage.MinFreeSpaceGb = 99_999;
        catalogue.Refresh(testWriting: false);
        using var keeper = new StorageKeeper(catalogue, Options.Create(bench.Storage), TimeProvider.System, NullLogger<StorageKeeper>.Instance, new ServiceCollection().BuildServiceProvider());
        keeper.MakeRoom();
        Assert.Equal(1, Assert.Single(catalogue.List()).Id.Take);
    }

    [Fact]
    public async Task A_confirmed_take_whose_deletion_a_death_prevented_is_deleted_after_the_restart()
    {
        var confirmed = await bench.WriteAsync(TakeBench.Id(1));
        await bench.WriteAsync(TakeBench.Id(2));
        bench.Catalogue().Confirm(confirmed.Id, confirmed.Manifest.Checksum.Value, "r");
        bench.Storage.DeleteAfterConfirm = true;
        var catalogue = bench.Catalogue();
        Assert.Equal(2, catalogue.List().Count);
        using var keeper = new StorageKeeper(catalogue, Options.Create(bench.Storage), TimeProvider.System, NullLogger<StorageKeeper>.Instance, new ServiceCollection().BuildServiceProvider());
        keeper.MakeRoom();
        Assert.Equal(2, Assert.Single(catalogue.List()).Id.Take);
        Assert.False(File.Exists(bench.Paths(confirmed.Id).Video));
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

    [Fact]
    public async Task Changed_is_raised_when_a_take_is_confirmed_and_deleted_after_it_where_configured()
    {
        bench.Storage.DeleteAfterConfirm = true;
        var sealedTake = await bench.WriteAsync();
        var catalogue = bench.Catalogue();
        var changes = 0;
        catalogue.Changed += () => changes++;
        catalogue.Confirm(sealedTake.Id, sealedTake.Manifest.Checksum.Value, "r");
        Assert.True(changes > 0);
        Assert.Empty(catalogue.List());
    }
}
