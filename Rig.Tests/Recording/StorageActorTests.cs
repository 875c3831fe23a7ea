using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Tests.Support;
using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.Tests.Recording;

/// <summary>The storage actor over a disk that fails or stands still where a test says so, in a time that passes when a test says so.</summary>
public sealed class StorageActorTests() : PatientTestKit("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(5);
    private static readonly TakeId First = new(SessionId.Parse("Final"), CameraId.Left);
    private static readonly TakeId Second = First with { Take = 2 };
    private static readonly TakeId Third = First with { Take = 3 };

    private readonly ScriptedCatalogue disk = new();
    private TakeProgress? running;

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_take_is_confirmed_only_once_its_receipt_is_on_disk()
    {
        var take = disk.Seal(First);
        var storage = Start();
        using var hold = new ManualResetEventSlim();
        disk.Before = what => WaitIf(what == nameof(IRecordingDisk.KeepReceipt), hold);
        storage.Tell(Confirm(take), TestActor);

        // One actor answers one asker in order, so a confirmation that did not wait would have to come first.
        storage.Tell(new GetCatalogue(), TestActor);
        Assert.Null(ExpectMsg<Catalogue>(Timeout).Find(First)!.ConfirmedAt);
        hold.Set();
        Assert.False(ExpectMsg<TakeConfirmed>(Timeout).Deleted);
        Assert.NotNull(disk.Find(First)!.ConfirmedAt);
        Assert.NotNull(disk.Published.Find(First)!.ConfirmedAt);
        Assert.Equal(1, disk.Published.Status.OffloadedCount);

        storage.Tell(Confirm(take) with { Sha256 = take.Sha256.ToUpperInvariant() }, TestActor);
        ExpectMsg<TakeConfirmed>(Timeout);
    }

    [Fact]
    public void Nothing_is_confirmed_for_other_bytes_and_nothing_deleted_without_a_receipt()
    {
        var take = disk.Seal(First);
        var storage = Start();
        storage.Tell(Confirm(take) with { Sha256 = new string('0', 64) }, TestActor);
        Assert.Equal(take.Sha256, ExpectMsg<ChecksumDiffers>(Timeout).Expected);
        storage.Tell(Confirm(take) with { Id = Second }, TestActor);
        ExpectMsg<TakeNotHere>(Timeout);
        storage.Tell(Confirm(take) with { Receipt = new string('x', MaxReceiptLength + 1) }, TestActor);
        ExpectMsg<StorageFailed>(Timeout);
        storage.Tell(new DeleteTake(First), TestActor);
        ExpectMsg<TakeKept>(Timeout);
        storage.Tell(new DeleteConfirmedTakes(), TestActor);
        Assert.Empty(ExpectMsg<ConfirmedTakesDeleted>(Timeout).Ids);
        Assert.Null(disk.Find(First)!.ConfirmedAt);
    }

    [Fact]
    public void A_receipt_that_cannot_be_written_confirms_nothing_and_may_come_again()
    {
        var take = disk.Seal(First);
        var storage = Start();
        disk.Before = what => ThrowIf(what == nameof(IRecordingDisk.KeepReceipt), new IOException("no space left"));
        storage.Tell(Confirm(take), TestActor);
        Assert.Contains("no space left", ExpectMsg<StorageFailed>(Timeout).Message, StringComparison.Ordinal);
        storage.Tell(new DeleteTake(First), TestActor);
        ExpectMsg<TakeKept>(Timeout);

        disk.Before = _ => { };
        storage.Tell(Confirm(take), TestActor);
        ExpectMsg<TakeConfirmed>(Timeout);
    }

    [Fact]
    public void A_take_whose_receipt_is_gone_from_the_disk_is_kept_and_counts_as_unconfirmed()
    {
        disk.Seal(First);
        disk.Confirm(First);
        var storage = Start();
        disk.LoseReceipt(First);
        storage.Tell(new DeleteTake(First), TestActor);
        ExpectMsg<TakeKept>(Timeout);
        Assert.Null(disk.Published.Find(First)!.ConfirmedAt);
        Assert.NotNull(disk.Find(First));
    }

    [Fact]
    public void A_deletion_that_fails_halfway_is_told_and_made_up_for_later()
    {
        disk.Seal(First);
        disk.Confirm(First);
        var storage = Start();
        disk.Before = what => ThrowIf(what == nameof(IRecordingDisk.DeleteConfirmed), new IOException("bad sector"));
        storage.Tell(new DeleteTake(First), TestActor);
        Assert.Contains("bad sector", ExpectMsg<StorageFailed>(Timeout).Message, StringComparison.Ordinal);
        disk.Before = _ => { };
        storage.Tell(new DeleteTake(First), TestActor);
        Assert.Equal(new TakeDeleted(First), ExpectMsg<TakeDeleted>(Timeout));
        Assert.Empty(disk.Published.List());
        Assert.Empty(disk.List());
    }

    [Fact]
    public void An_unforeseen_fault_is_told_to_who_asked_and_the_next_one_finds_a_storage_that_works()
    {
        var take = disk.Seal(First);
        var storage = Start();
        disk.Before = what => ThrowIf(what == nameof(IRecordingDisk.KeepReceipt), new InvalidOperationException("a mistake of ours"));
        storage.Tell(Confirm(take), TestActor);
        ExpectMsg<StorageFailed>(Timeout);
        disk.Before = _ => { };
        storage.Tell(Confirm(take), TestActor);
        ExpectMsg<TakeConfirmed>(Timeout);
    }

    [Fact]
    public void A_restart_loses_no_open_request_and_no_take_that_was_sealed_meanwhile()
    {
        var take = disk.Seal(First);
        var storage = Start();
        using var hold = new ManualResetEventSlim();
        disk.Before = what => WaitIf(what == nameof(IRecordingDisk.KeepReceipt), hold);
        storage.Tell(Confirm(take), TestActor);
        var second = CreateTestProbe();
        storage.Tell(new DeleteConfirmedTakes(), second.Ref);
        Sys.ActorSelection("/user/camera/storage").Tell(Kill.Instance);
        disk.Seal(Second);
        hold.Set();

        // The first was under way and was done; the second waited for it, and was done by the next incarnation.
        ExpectMsg<TakeConfirmed>(Timeout);
        Assert.Equal([First], second.ExpectMsg<ConfirmedTakesDeleted>(Timeout).Ids);
        storage.Tell(new GetCatalogue(), TestActor);
        Assert.Equal([Second], ExpectMsg<Catalogue>(Timeout).Takes.Select(each => each.Id));
    }

    [Fact]
    public void A_storage_that_cannot_read_its_disk_shows_what_it_knew_and_tries_again()
    {
        disk.Seal(First);
        disk.Before = what => ThrowIf(what == nameof(IRecordingDisk.Read), new IOException("gone"));
        var storage = Sys.ActorOf(StorageActor.PropsOf(disk.Storage, () => null));
        storage.Tell(new DeleteTake(First), TestActor);
        ExpectMsg<TakeKept>(Timeout);

        // Known only to who reads the disk.
        disk.Before = _ => { };
        disk.Confirm(First);
        AwaitAssert(
            () =>
            {
                Time.Advance(Housekeeping);
                storage.Tell(new DeleteTake(First), TestActor);
                ExpectMsg<TakeDeleted>(Timeout);
            },
            Timeout);
    }

    [Fact]
    public void Requests_that_find_no_room_are_refused_at_once()
    {
        var take = disk.Seal(First);
        var storage = Start();
        using var hold = new ManualResetEventSlim();
        disk.Before = what => WaitIf(what == nameof(IRecordingDisk.KeepReceipt), hold);
        for (var i = 0; i < WaitingOrders.Capacity + 2; i++)
        {
            storage.Tell(Confirm(take), TestActor);
        }

        Assert.Contains("busy", ExpectMsg<StorageFailed>(Timeout).Message, StringComparison.Ordinal);
        hold.Set();
        for (var i = 0; i < WaitingOrders.Capacity + 1; i++)
        {
            ExpectMsg<TakeConfirmed>(Timeout);
        }
    }

    [Fact]
    public void Room_is_made_beside_a_running_take_from_confirmed_ones_only()
    {
        foreach (var id in (TakeId[])[First, Second, Third])
        {
            disk.Seal(id, video: new byte[1000]);
        }

        disk.Confirm(Second);
        running = new TakeProgress(First with { Take = 4 }, "/v/Final_CAM_L_T4.mp4", DateTimeOffset.UnixEpoch, 100, 3000, 0, 100_000_000);
        disk.Open(running.Id);
        Start();
        disk.Free = new DiskSpace(1_000_000_000_000, 1);
        Time.Advance(Housekeeping);
        AwaitAssert(() => Assert.Equal([First, Third], disk.Published.List().Select(take => take.Id).OrderBy(id => id.Take)), Timeout);
        Assert.Equal(2, disk.List().Count);
        Assert.Contains("nearly full", disk.Published.Status.Problem, StringComparison.Ordinal);
        Assert.Equal(5, disk.NextTake(First.SessionId, First.CameraId));

        // The minutes left are told by what the running take needs: 8 Mbit/s.
        disk.Free = new DiskSpace(1_000_000_000_000, disk.Storage.Settings.ReserveBytes + 60_000_000);
        Time.Advance(Housekeeping);
        AwaitAssert(() => Assert.Equal(1, disk.Published.Status.EstimatedRecordingMinutes), Timeout);

        // One that loses its frames does not make room: then it is told by the 6 Mbit/s that are set.
        running = running! with { SizeBytes = running.SizeBytes / 100 };
        Time.Advance(Housekeeping);
        AwaitAssert(() => Assert.Equal(1.3, disk.Published.Status.EstimatedRecordingMinutes), Timeout);
    }

    [Fact]
    public void A_confirmed_take_whose_deletion_a_death_prevented_is_deleted_later()
    {
        var eager = new ScriptedCatalogue(disk.Storage.Settings with { DeleteAfterConfirm = true });
        var take = eager.Seal(First);
        eager.Seal(Second);
        eager.Confirm(Second);
        var storage = Sys.ActorOf(StorageActor.PropsOf(eager.Storage, () => null));
        storage.Tell(Confirm(take), TestActor);
        Assert.True(ExpectMsg<TakeConfirmed>(Timeout).Deleted);
        Time.Advance(Housekeeping);
        AwaitAssert(() => Assert.Empty(eager.List()), Timeout);
    }

    [Fact]
    public void A_disk_that_does_not_tell_its_space_costs_no_take()
    {
        disk.Seal(First);
        disk.Confirm(First);
        Start();
        disk.Before = what => ThrowIf(what == nameof(IRecordingDisk.Space), new IOException("stale handle"));
        Time.Advance(Housekeeping);
        AwaitAssert(() => Assert.Contains("stale handle", disk.Published.Status.Problem, StringComparison.Ordinal), Timeout);
        Assert.Single(disk.List());
    }

    private static ConfirmTake Confirm(RecordingEntry take) => new(take.Id, take.Sha256, "{}");

    private static void ThrowIf(bool now, Exception fault)
    {
        if (now)
        {
            throw fault;
        }
    }

    private static void WaitIf(bool now, ManualResetEventSlim hold)
    {
        if (now)
        {
            Assert.True(hold.Wait(Timeout));
        }
    }

    /// <summary>Returns when the actor has read the disk.</summary>
    private IActorRef Start()
    {
        var read = CreateTestProbe();
        disk.Published.Changed += () => read.Ref.Tell("published");
        var storage = Sys.ActorOf(Props.Create(() => new Supervisor(StorageActor.PropsOf(disk.Storage, () => running))), "camera");
        read.ExpectMsg("published", Timeout);
        return storage;
    }

    /// <summary>In the camera actor's place.</summary>
    private sealed class Supervisor : ReceiveActor
    {
        public Supervisor(Props storage)
        {
            var child = Context.ActorOf(storage, "storage");
            ReceiveAny(child.Forward);
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);
    }
}
