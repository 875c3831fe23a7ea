using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.Actors.Recording;

/// <summary>
/// Owns what the node knows of its sealed takes: the catalogue, the receipts, and which take is deleted when. Recording never asks it
/// and never waits for it.
/// </summary>
/// <remarks>
/// Reading -> Idle &lt;-> Working. One piece of disk work at a time, on the thread pool; requests that come meanwhile wait, up to
/// <see cref="WaitingOrders.Capacity"/>. Each incarnation reads the disk again, after what the former one had begun. Expected faults of
/// the disk are answers; any other ends the incarnation. docs/design/recording.md.
/// </remarks>
internal sealed class StorageActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(5);
    private const int WriteTestEvery = 12;

    private readonly StoragePorts ports;
    private readonly Func<TakeProgress?> runningTake;
    private readonly SerialWork work;
    private readonly WaitingOrders waiting = new();
    private readonly List<RecordingEntry> sinceReading = [];
    private readonly ILoggingAdapter log = Context.GetLogger();
    private Action<RecordingEntry>? onSealed;
    private Catalogue catalogue;
    private object? ticket;
    private int round;
    private bool reading;
    private bool mustRead;

    public StorageActor(StoragePorts ports, Func<TakeProgress?> runningTake, SerialWork work)
    {
        (this.ports, this.runningTake, this.work) = (ports, runningTake, work);
        catalogue = ports.Catalogue.Current;
        Idle();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    /// <param name="runningTake">Of the camera; never waits.</param>
    public static Props PropsOf(StoragePorts ports, Func<TakeProgress?> runningTake)
    {
        var work = new SerialWork();
        return Props.Create(() => new StorageActor(ports, runningTake, work));
    }

    protected override void PreStart()
    {
        // Before the disk is read: what is sealed from now on is heard, what was sealed before is met there.
        var self = Self;
        onSealed = take => self.Tell(new TakeAppeared(take));
        ports.Sealed.Sealed += onSealed;
        Timers.StartPeriodicTimer("housekeeping", Housekeep.Instance, HousekeepingInterval);
        Read();
    }

    protected override void PostStop() => ports.Sealed.Sealed -= onSealed;

    private void Idle()
    {
        Receive<ConfirmTake>(Confirm);
        Receive<DeleteTake>(Delete);
        Receive<DeleteConfirmedTakes>(_ => DeleteConfirmed());
        Receive<Housekeep>(_ => KeepHouse());
        AnswerAtOnce();
    }

    private void Working()
    {
        Receive<ConfirmTake>(_ => KeepForLater());
        Receive<DeleteTake>(_ => KeepForLater());
        Receive<DeleteConfirmedTakes>(_ => KeepForLater());

        // The next one comes soon enough.
        Receive<Housekeep>(_ => { });
        Receive<WorkDone>(done => ReferenceEquals(done.Ticket, ticket), done =>
        {
            Publish(done.Change(catalogue));
            EndWork();
            done.Asker.Tell(done.Answer);
        });
        Receive<WorkFailed>(failed => ReferenceEquals(failed.Ticket, ticket), failed =>
        {
            // Whether the disk changed is not known: it is read again.
            mustRead = true;
            EndWork();
            failed.Asker.Tell(new StorageFailed(failed.Reason));
            if (failed.Unexpected is { } cause)
            {
                throw new StorageFaultException(cause);
            }

            log.Error("The disk: {0}", failed.Reason);
        });
        AnswerAtOnce();
    }

    private void AnswerAtOnce()
    {
        Receive<GetCatalogue>(_ => Sender.Tell(catalogue));
        Receive<TakeAppeared>(appeared =>
        {
            if (reading)
            {
                sinceReading.Add(appeared.Take);
            }

            Publish(catalogue.With(appeared.Take));
        });

        // Of a former incarnation: it was done before this one read the disk, and its asker still waits.
        Receive<WorkDone>(done => done.Asker.Tell(done.Answer));
        Receive<WorkFailed>(failed => failed.Asker.Tell(new StorageFailed(failed.Reason)));
    }

    private void Confirm(ConfirmTake confirm)
    {
        if (confirm.Receipt.Length > MaxReceiptLength)
        {
            Sender.Tell(new StorageFailed($"The receipt is longer than {MaxReceiptLength} characters."));
            return;
        }

        if (catalogue.Find(confirm.Id) is not { } take)
        {
            Sender.Tell(new TakeNotHere(confirm.Id));
            return;
        }

        if (!string.Equals(confirm.Sha256, take.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            Sender.Tell(new ChecksumDiffers(take.Id, take.Sha256));
            return;
        }

        if (take.ConfirmedAt is not null && !ports.Settings.DeleteAfterConfirm)
        {
            Sender.Tell(new TakeConfirmed(take.Id, false));
            return;
        }

        var (confirmed, last) = (take with { ConfirmedAt = take.ConfirmedAt ?? ports.Time.GetUtcNow() }, catalogue.Disk);
        Work(Sender, () =>
        {
            if (take.ConfirmedAt is null)
            {
                ports.Disk.KeepReceipt(take, confirm.Receipt, confirmed.ConfirmedAt.Value);
            }

            var deleted = ports.Settings.DeleteAfterConfirm ? DeleteAll([confirmed], last) : new Deletion([], [], null, last);
            return (now => Apply(deleted, now.With(confirmed)), new TakeConfirmed(take.Id, deleted.Takes.Count > 0));
        });
    }

    private void Delete(DeleteTake delete)
    {
        if (catalogue.Find(delete.Id) is not { } take)
        {
            Sender.Tell(new TakeNotHere(delete.Id));
        }
        else if (take.ConfirmedAt is null)
        {
            Sender.Tell(new TakeKept(take.Id));
        }
        else
        {
            var last = catalogue.Disk;
            Work(Sender, () =>
            {
                var deleted = DeleteAll([take], last);
                return (now => Apply(deleted, now), deleted switch
                {
                    { Takes.Count: > 0 } => new TakeDeleted(take.Id),
                    { Problem: { } problem } => new StorageFailed(problem),
                    _ => new TakeKept(take.Id),
                });
            });
        }
    }

    private void DeleteConfirmed()
    {
        var (confirmed, last) = (catalogue.Takes.Where(take => take.ConfirmedAt is not null).ToList(), catalogue.Disk);
        Work(Sender, () =>
        {
            var deleted = DeleteAll(confirmed, last);
            return (now => Apply(deleted, now), deleted is { Takes.Count: 0, Problem: { } problem }
                ? new StorageFailed(problem)
                : new ConfirmedTakesDeleted([.. deleted.Takes.Select(take => take.Id)], deleted.Takes.Sum(take => take.SizeBytes)));
        });
    }

    private void KeepHouse()
    {
        if (mustRead)
        {
            Read();
            return;
        }

        var (known, runningMbps) = (catalogue, RunningMbps(runningTake()));
        var last = ++round % WriteTestEvery == 0 ? null : known.Disk;
        Work(ActorRefs.Nobody, () =>
        {
            var reading = DiskReading.Of(ports.Disk, last);
            var deleted = DeleteAll(known.ToDelete(reading), reading);
            return (now => Apply(deleted, now.With(reading, runningMbps)), Done.Instance);
        });
    }

    private void Read()
    {
        (reading, mustRead) = (true, false);
        sinceReading.Clear();
        Work(ActorRefs.Nobody, () =>
        {
            var (found, disk) = (ports.Disk.Read(), DiskReading.Of(ports.Disk));
            return (now => now.Read(found, disk, sinceReading), Done.Instance);
        });
    }

    /// <summary>The bitrate of a take that runs long enough to tell; encoders do not keep exactly to what they are told.</summary>
    internal static double? RunningMbps(TakeProgress? take) => take is { DurationSec: > 30 } ? take.SizeBytes * 8 / take.DurationSec / 1e6 : null;

    /// <summary>On the thread pool. Stops at the first fault of the disk.</summary>
    private Deletion DeleteAll(IReadOnlyList<RecordingEntry> confirmed, DiskReading last)
    {
        var (deleted, unproved) = (new List<RecordingEntry>(), new List<RecordingEntry>());
        string? problem = null;
        try
        {
            foreach (var take in confirmed)
            {
                (ports.Disk.DeleteConfirmed(take) ? deleted : unproved).Add(take);
            }
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            problem = e.Message;
        }

        return new Deletion(deleted, unproved, problem, deleted.Count > 0 ? DiskReading.Of(ports.Disk, last) : last);
    }

    private Catalogue Apply(Deletion deletion, Catalogue now)
    {
        foreach (var take in deletion.Takes)
        {
            log.Info("{0} deleted; a server holds it", take.Id);
        }

        foreach (var take in deletion.Unproved)
        {
            log.Error("The receipt of {0} is not for the bytes that are here, or is gone; the take counts as unconfirmed", take.Id);
        }

        if (deletion.Problem is { } problem)
        {
            log.Error("A confirmed take could not be deleted; that is tried again: {0}", problem);
        }

        return deletion.Unproved.Aggregate(
            now.Without(deletion.Takes.Select(take => take.Id), deletion.Reading), (all, take) => all.With(take with { ConfirmedAt = null }));
    }

    /// <summary>
    /// What the work needs of this actor it must have taken before: it runs on another thread. It returns what changes in the
    /// catalogue of the moment when it is done, and the answer.
    /// </summary>
    private void Work(IActorRef asker, Func<(Func<Catalogue, Catalogue> Change, object Answer)> job)
    {
        var mine = ticket = new object();
        work.Run(job).PipeTo(
            Self,
            success: done => new WorkDone(mine, asker, done.Change, done.Answer),
            failure: e => new WorkFailed(mine, asker, e.Message, IsOfTheDisk(e) ? null : e));
        Become(Working);
    }

    private void EndWork()
    {
        (ticket, reading) = (null, false);
        Become(Idle);
        waiting.Release(Stash);
    }

    private void KeepForLater() => waiting.Keep(Stash, () => Sender.Tell(new StorageFailed("The disk is busy with other orders. Try again in a moment.")));

    private void Publish(Catalogue next)
    {
        catalogue = next;
        ports.Catalogue.Publish(next);
    }

    private static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <param name="Unproved">The receipt on the disk is not for these bytes, or is gone.</param>
    private sealed record Deletion(IReadOnlyList<RecordingEntry> Takes, IReadOnlyList<RecordingEntry> Unproved, string? Problem, DiskReading Reading);

    private sealed class StorageFaultException(Exception cause) : Exception($"The storage failed in a way that was not foreseen: {cause.Message}", cause);

    private sealed record TakeAppeared(RecordingEntry Take) : INoSerializationVerificationNeeded;

    private sealed record WorkDone(object Ticket, IActorRef Asker, Func<Catalogue, Catalogue> Change, object Answer) : INoSerializationVerificationNeeded;

    private sealed record WorkFailed(object Ticket, IActorRef Asker, string Reason, Exception? Unexpected) : INoSerializationVerificationNeeded;

    private sealed class Housekeep : INoSerializationVerificationNeeded
    {
        public static readonly Housekeep Instance = new();
    }
}
