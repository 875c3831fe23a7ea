using System.Collections.Immutable;
using Rig.Actors.Recording;
using Rig.Domain.Identity;
using static Rig.Actors.Transfer.UploadProtocol;

namespace Rig.Actors.Transfer;

/// <param name="IsRecording">Asked every second; while true nothing is sent, so that disk and processor belong to the recording.</param>
/// <param name="NewJobId">32 hex digits, another at each call.</param>
public sealed record UploadActorPorts(
    IUploadServer Server,
    RecordingCatalogue Catalogue,
    IUploadJournal Journal,
    Func<UploadOptions> Options,
    Func<bool> IsRecording,
    Func<string> NewJobId,
    TimeProvider Time);

/// <summary>
/// Uploads takes to the server, one at a time, after seed 001's table. A take counts as offloaded only when the server's confirmation
/// carries the catalogue's own checksum and the receipt is durable here.
/// </summary>
public sealed class UploadActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AutoRetryAfter = TimeSpan.FromSeconds(60);

    /// <summary>A receipt waits for the disk and for what is asked of it before.</summary>
    private static readonly TimeSpan ReceiptTimeout = TimeSpan.FromSeconds(60);

    private readonly UploadActorPorts ports;
    private readonly IRequiredActor<CameraActor> storage;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Action onCatalogueChanged;
    private readonly List<(long Version, Action Answer)> unanswered = [];
    private UploadQueue queue = UploadQueue.Empty;
    private ImmutableHashSet<TakeId> seen = [];
    private Attempt? attempt;
    private long version;
    private long savedVersion;
    private bool saving;

    /// <param name="storage">Who answers <see cref="StorageProtocol"/>.</param>
    public UploadActor(UploadActorPorts ports, IRequiredActor<CameraActor> storage)
    {
        (this.ports, this.storage) = (ports, storage);
        var self = Self;
        onCatalogueChanged = () => self.Tell(CatalogueChanged.Instance);
        ReceiveAsync<Recover>(_ => RecoverAsync());
        ReceiveAny(_ => Stash.Stash());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    private DateTimeOffset Now => ports.Time.GetUtcNow();

    public static Props PropsOf(UploadActorPorts ports, IRequiredActor<CameraActor> storage) => Props.Create(() => new UploadActor(ports, storage));

    protected override void PreStart() => Self.Tell(new Recover());

    protected override void PostStop()
    {
        ports.Catalogue.Changed -= onCatalogueChanged;
        attempt?.Cancel();
    }

    private async Task RecoverAsync()
    {
        queue = (await Task.Run(ports.Journal.Load)).Recovered(Now);
        seen = [.. ports.Catalogue.List().Select(t => t.Id)];
        ports.Catalogue.Changed += onCatalogueChanged;
        Become(Ready);
        Stash.UnstashAll();
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
        Self.Tell(Tick.Instance);
    }

    private void Ready()
    {
        Receive<UploadTakes>(OnUpload);
        Receive<Pause>(pause =>
        {
            Change(queue with { Paused = pause.Paused });
            Advance();
            var sender = Sender;
            WhenSaved(() => sender.Tell(BuildStatus()));
        });
        Receive<RetryJobs>(retry =>
        {
            var (next, count) = queue.Retry(retry.JobId, Now);
            Change(next);
            Advance();
            var sender = Sender;
            WhenSaved(() => sender.Tell(new Retried(count)));
        });
        Receive<GetStatus>(_ => Sender.Tell(BuildStatus()));
        Receive<CatalogueChanged>(_ => OnCatalogueChanged());
        Receive<Tick>(_ =>
        {
            EnqueueUnconfirmed();
            Advance();
        });
        Receive<AttemptEnded>(OnAttemptEnded);
        Receive<Saved>(OnSaved);
    }

    private void OnUpload(UploadTakes ask)
    {
        var fitting = ports.Catalogue.List()
            .Where(t => (ask.SessionId is null || t.Id.SessionId == ask.SessionId) && (ask.CameraId is null || t.Id.CameraId == ask.CameraId))
            .OrderBy(t => t.CreatedAt).ToList();
        var jobs = fitting.Where(t => t.ConfirmedAt is null).Select(Enqueue).ToList();
        Advance();
        var sender = Sender;
        WhenSaved(() => sender.Tell(new Queued(jobs, fitting.Count)));
    }

    private UploadJob Enqueue(RecordingEntry take)
    {
        var (next, job) = queue.Enqueue(take.Id, take.SizeBytes, ports.NewJobId(), Now);
        Change(next);
        return job;
    }

    private void OnCatalogueChanged()
    {
        var takes = ports.Catalogue.List();
        if (ports.Options().UploadOnRecordStop)
        {
            foreach (var take in takes.Where(t => t.ConfirmedAt is null && !seen.Contains(t.Id)))
            {
                Enqueue(take);
            }
        }

        seen = [.. takes.Select(t => t.Id)];
        Advance();
    }

    /// <summary>With <c>auto_upload</c> every unconfirmed take has a job, and a failed one is taken up again after a while.</summary>
    private void EnqueueUnconfirmed()
    {
        if (!ports.Options().AutoUpload)
        {
            return;
        }

        foreach (var take in ports.Catalogue.List().Where(t => t.ConfirmedAt is null).OrderBy(t => t.CreatedAt))
        {
            if (queue.Find(take.Id) is not { } job
                || job is { Status: UploadJobStatus.Completed }
                || (job is { Status: UploadJobStatus.Failed, MayRetry: true } && job.CompletedAt + AutoRetryAfter <= Now))
            {
                Enqueue(take);
            }
        }
    }

    /// <summary>Begins the next attempt, or ends the running one, as recording and pause ask for.</summary>
    private void Advance()
    {
        var hold = queue.Paused || ports.IsRecording();
        if (hold)
        {
            attempt?.Cancel();
            return;
        }

        if (attempt is not null || queue.Next(Now) is not { } job)
        {
            return;
        }

        if (ports.Catalogue.Find(job.TakeId) is not { } take)
        {
            Change(queue.Begin(job.JobId, Now).Fail(job.JobId, $"{job.TakeId} is not on this node any more.", false, Policy(), Now));
            Self.Tell(Tick.Instance);
            return;
        }

        Change(queue.Begin(job.JobId, Now));
        attempt = new Attempt(job.JobId, new UploadProgress(ports.Time), new CancellationTokenSource());
        SendAsync(take, attempt).PipeTo(Self);
    }

    private async Task<AttemptEnded> SendAsync(RecordingEntry take, Attempt running)
    {
        try
        {
            // Pulled or confirmed in the meantime.
            if (take.ConfirmedAt is not null)
            {
                return new AttemptEnded(running, AttemptResult.Offloaded, null, false);
            }

            switch (await Task.Run(() => ports.Server.SendAsync(take, running.Progress, running.Token), running.Token))
            {
                case SendOutcome.Confirmed confirmed:
                    return await storage.ActorRef.Ask<object>(new StorageProtocol.ConfirmTake(take.Id, confirmed.Sha256, confirmed.Receipt), ReceiptTimeout) switch
                    {
                        StorageProtocol.TakeConfirmed => new AttemptEnded(running, AttemptResult.Offloaded, null, false),
                        StorageProtocol.ChecksumDiffers => new AttemptEnded(running, AttemptResult.Failed, $"The server holds other bytes: it confirmed {confirmed.Sha256}, this take is {take.Sha256}.", true),
                        StorageProtocol.StorageFailed failed => new AttemptEnded(running, AttemptResult.Failed, failed.Message, true),
                        _ => new AttemptEnded(running, AttemptResult.Failed, $"{take.Id} is not on this node any more.", false),
                    };
                case SendOutcome.Failed failed:
                    return new AttemptEnded(running, AttemptResult.Failed, failed.Error, failed.MayRetry);
                default:
                    throw new InvalidOperationException("An outcome of a kind that is not known.");
            }
        }
        catch (OperationCanceledException) when (running.Token.IsCancellationRequested)
        {
            return new AttemptEnded(running, AttemptResult.BrokenOff, null, true);
        }
        catch (FileNotFoundException)
        {
            return new AttemptEnded(running, AttemptResult.Failed, $"The file of {take.Id} is not on this node any more.", false);
        }
        catch (Exception e)
        {
            // A receipt that could not be written, or a fault of ours: the take stays unconfirmed, and the next attempt may do better.
            return new AttemptEnded(running, AttemptResult.Failed, e.Message, true);
        }
    }

    private void OnAttemptEnded(AttemptEnded ended)
    {
        if (!ReferenceEquals(ended.Attempt, attempt))
        {
            return;
        }

        attempt = null;
        ended.Attempt.Dispose();
        var jobId = ended.Attempt.JobId;
        switch (ended.Result)
        {
            case AttemptResult.Offloaded:
                Change(queue.Complete(jobId, Now));
                log.Info("{0} is offloaded", queue.Find(jobId)!.TakeId);
                break;
            case AttemptResult.BrokenOff:
                Change(queue.Yield(jobId, Now));
                break;
            default:
                Change(queue.Fail(jobId, ended.Error!, ended.MayRetry, Policy(), Now));
                if (queue.Find(jobId) is { } job)
                {
                    log.Warning("Upload of {0}, attempt {1}: {2}", job.TakeId, job.Attempts, ended.Error!);
                }

                break;
        }

        Advance();
    }

    private RetryPolicy Policy()
    {
        var options = ports.Options();
        return new RetryPolicy(options.RetryCount, TimeSpan.FromSeconds(options.RetryDelaySec));
    }

    private UploadStatus BuildStatus()
    {
        var shown = attempt is { Progress.IsConfirming: true } ? queue.Confirming(attempt.JobId) : queue;
        ActiveTransfer? active = null;
        if (attempt is not null && shown.Find(attempt.JobId) is { } job)
        {
            var rate = attempt.Progress.BytesPerSecond;
            active = new ActiveTransfer(job, attempt.Progress.SentBytes, rate, rate > 0 ? Math.Max(0, job.SizeBytes - attempt.Progress.SentBytes) / rate : null);
        }

        var remaining = shown.Jobs.Where(j => !j.IsOver).Sum(j => j.SizeBytes) - (active?.SentBytes ?? 0);
        return new UploadStatus(shown, active, ports.IsRecording(), remaining, active is { BytesPerSecond: > 0 } ? remaining / active.BytesPerSecond : null);
    }

    private void Change(UploadQueue next)
    {
        if (ReferenceEquals(next, queue) || next == queue)
        {
            return;
        }

        queue = next;
        version++;
        Save();
    }

    /// <summary>One save at a time, of the newest queue; a burst of changes becomes one write.</summary>
    private void Save()
    {
        if (saving || savedVersion == version)
        {
            return;
        }

        saving = true;
        var (current, number) = (queue, version);
        Task.Run(() => ports.Journal.Save(current)).PipeTo(Self, success: () => new Saved(number, null), failure: e => new Saved(number, e));
    }

    private void OnSaved(Saved saved)
    {
        saving = false;
        savedVersion = saved.Version;
        if (saved.Error is not null)
        {
            // The takes themselves are safe: after a restart they are unconfirmed and can be asked for again.
            log.Error(saved.Error, "The upload queue could not be kept on disk");
        }

        foreach (var (_, answer) in unanswered.Where(u => u.Version <= savedVersion))
        {
            answer();
        }

        unanswered.RemoveAll(u => u.Version <= savedVersion);
        Save();
    }

    private void WhenSaved(Action answer)
    {
        if (savedVersion == version)
        {
            answer();
        }
        else
        {
            unanswered.Add((version, answer));
        }
    }

    private enum AttemptResult
    {
        Offloaded,
        BrokenOff,
        Failed,
    }

    private sealed class Attempt(string jobId, UploadProgress progress, CancellationTokenSource cancellation) : IDisposable
    {
        public string JobId => jobId;

        public UploadProgress Progress => progress;

        public CancellationToken Token { get; } = cancellation.Token;

        public void Cancel() => cancellation.Cancel();

        public void Dispose() => cancellation.Dispose();
    }

    private sealed record AttemptEnded(Attempt Attempt, AttemptResult Result, string? Error, bool MayRetry) : INoSerializationVerificationNeeded;

    private sealed record Saved(long Version, Exception? Error) : INoSerializationVerificationNeeded;

    private sealed record Recover : INoSerializationVerificationNeeded;

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    private sealed class CatalogueChanged : INoSerializationVerificationNeeded
    {
        public static readonly CatalogueChanged Instance = new();
    }
}

public static class UploadActorExtensions
{
    /// <summary>
    /// Beside the camera, not under it: nothing that an upload does reaches a recording. <see cref="UploadActorPorts"/> must be among
    /// the services, and the system must have a camera actor.
    /// </summary>
    public static AkkaConfigurationBuilder WithUploadActor(this AkkaConfigurationBuilder builder) => builder.WithActors((system, registry, resolver) =>
        registry.Register<UploadActor>(system.ActorOf(resolver.Props<UploadActor>(), "upload")));
}
