using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Actors.Recording;

/// <summary>Owns the camera's recording: at most one take at a time.</summary>
/// <remarks>
/// Idle -> Numbering -> Arming -> Recording -> Sealing -> Idle. Commands that come while the disk is asked for the take's number, or
/// while the camera is opening or sealing, wait for the answer.
/// Every completion carries its take, so a late one is never mistaken for the current take's. docs/design/sessions.md.
/// </remarks>
internal sealed class RecorderActor : ReceiveActor, IWithUnboundedStash
{
    // REST routes take a start up to a minute ahead; a coordinator's lead is seconds.
    private static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(70);
    private static readonly TimeSpan LatestStop = TimeSpan.FromSeconds(15);

    private readonly CameraNodePorts ports;
    private readonly Func<IReadOnlyList<Problem>> guards;
    private readonly CancellationTokenSource stopping = new();
    private readonly WaitingOrders waiting = new();
    private Action<TakeSealed>? onTakeEnded;
    private ActiveTake? take;
    private SessionId? stoppedSession;
    private TakeFinished? lastFinished;
    private bool quiescing;

    public RecorderActor(CameraNodePorts ports, Func<IReadOnlyList<Problem>> guards)
    {
        (this.ports, this.guards) = (ports, guards);
        Idle();
    }

    public IStash Stash { get; set; } = null!;

    public static Props PropsOf(CameraNodePorts ports, Func<IReadOnlyList<Problem>> guards) => Props.Create(() => new RecorderActor(ports, guards));

    protected override void PreStart()
    {
        var self = Self;
        onTakeEnded = ended => self.Tell(new TakeEnded(ended));
        ports.Camera.TakeEnded += onTakeEnded;

        // After a crash of this actor the camera may still be recording: it is never stopped for that.
        if (ports.Camera.Status.Take is { Id.SessionId.IsSelfTest: false } running)
        {
            take = new ActiveTake(running.Id, ports.Clock.ToMaster(running.StartedAt), ports.Clock.ToMaster(running.StartedAt), [ports.CameraId], running.FilePath);
            Become(Recording);
        }

        Publish(take is null ? NodePhase.Idle : NodePhase.Recording);
    }

    protected override void PostStop()
    {
        ports.Camera.TakeEnded -= onTakeEnded;
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Idle()
    {
        Receive<StartTake>(Start);
        Receive<StopTake>(stop =>
        {
            if (lastFinished is { } finished && stop.SessionId == finished.RecordingId.SessionId)
            {
                Sender.Tell(finished);
                return;
            }

            Refuse(Sender, ProblemCodes.NotRecording, "Not recording");
        });
        HandleTheRest();
    }

    private void Start(StartTake start)
    {
        var asker = Sender;
        Call(
            () => Task.Run(() => ports.Catalogue.NextTake(start.SessionId, ports.CameraId)),
            number => new Numbered(start, number),
            cause => new NumberingFailed(start, cause));
        Become(() => Numbering(start, asker));
    }

    private void Numbering(StartTake start, IActorRef asker)
    {
        Receive<Numbered>(numbered => ReferenceEquals(numbered.Start, start), numbered =>
        {
            Become(Idle);
            Arm(start, numbered.Take, asker);
            waiting.Release(Stash);
        });
        Receive<NumberingFailed>(failed => ReferenceEquals(failed.Start, start), failed =>
        {
            Context.GetLogger().Error(failed.Cause, "The disk does not say which takes of {0} there are", start.SessionId);
            Become(Idle);
            Refuse(asker, ProblemCodes.StartFailed, "The video disk cannot be read. Check that the disk is plugged in.");
            waiting.Release(Stash);
        });
        Receive<StopTake>(_ => KeepForLater());
        Receive<StartTake>(_ => KeepForLater());
        HandleTheRest();
    }

    private void Arm(StartTake start, int take, IActorRef asker)
    {
        if (quiescing)
        {
            Refuse(asker, ProblemCodes.ShuttingDown, "This camera is being switched off.");
            return;
        }

        if (take > 1 && !start.Continues)
        {
            Refuse(asker, ProblemCodes.SessionExists, $"{ports.CameraId} has recordings of session {start.SessionId} already. Choose another session id.");
            return;
        }

        if (take > RecordingId.MaxTake)
        {
            Refuse(asker, ProblemCodes.StartFailed, $"{ports.CameraId} has {RecordingId.MaxTake} takes of session {start.SessionId} already. Start a new session.");
            return;
        }

        var problems = guards();
        if (!problems.MayStart())
        {
            asker.Tell(new TakeRefused(ports.CameraId, problems.First(p => p.Level == ProblemLevel.Refuse).Code, string.Join(" ", problems.Where(p => p.Level == ProblemLevel.Refuse).Select(p => p.Message)), problems));
            return;
        }

        var id = new RecordingId(start.SessionId, ports.CameraId, take);
        var sync = ports.Clock.Status;
        var startAt = NotLaterThan(ports.Clock.ToNode(start.StartAtMaster), LatestStart);
        var request = new TakeRequest(
            id, startAt, start.StartAtMaster, sync.OffsetMs,
            sync.Confidence is SyncConfidence.Excellent or SyncConfidence.Good, start.SessionCameras,
            () => new ClockReading(ports.Clock.Status.OffsetMs, ports.Clock.Status.StepsMs),
            () => ports.Sensors.Read().TemperatureC,
            ports.Framing);
        ports.Speaker?.Play(Signal.Start, startAt);
        this.take = new ActiveTake(id, start.StartAtMaster, null, start.SessionCameras, "");
        Call(() => ports.Camera.StartTakeAsync(request, stopping.Token), began => new Began(id, began), cause => new BeginFailed(id, cause));
        Become(() => Arming(asker));
        Publish(NodePhase.Arming);
    }

    private void Arming(IActorRef asker)
    {
        Receive<Began>(began => began.Id == take!.Id, began =>
        {
            take = take! with { FirstFrameMaster = began.Started.FirstFrameMaster, FilePath = began.Started.FilePath };
            asker.Tell(BeganAnswer());
            Become(Recording);
            waiting.Release(Stash);
            Publish(NodePhase.Recording);
        });
        Receive<BeginFailed>(failed => failed.Id == take!.Id, failed =>
        {
            var message = failed.Cause is TakeFailedException ? failed.Cause.Message : "The recording could not be started. Switch this box off and on if it happens again.";
            Context.GetLogger().Error(failed.Cause, "Take {0} could not be started", failed.Id);
            take = null;
            Context.Parent.Tell(new RecorderTrouble(message));
            Refuse(asker, ProblemCodes.StartFailed, message);
            Become(Idle);
            waiting.Release(Stash);
            Publish(NodePhase.Idle);
        });
        Receive<TakeEnded>(ended => ended.Sealed.Id == take!.Id, _ => Stash.Stash());
        Receive<StopTake>(_ => KeepForLater());
        Receive<StartTake>(_ => KeepForLater());
        HandleTheRest();
    }

    private void Recording()
    {
        Receive<StartTake>(start =>
        {
            if (start.SessionId == take!.Id.SessionId)
            {
                Sender.Tell(BeganAnswer());
                return;
            }

            Refuse(Sender, ProblemCodes.AlreadyRecording, "Already recording");
        });
        Receive<StopTake>(stop =>
        {
            var id = take!.Id;
            if (stop.SessionId is { } session && session != id.SessionId)
            {
                Refuse(Sender, ProblemCodes.NotRecording, $"{ports.CameraId} records session {id.SessionId}, not {session}.");
                return;
            }

            var stopAt = NotLaterThan(ports.Clock.ToNode(stop.StopAtMaster ?? ports.Clock.MasterNow), LatestStop);
            var asker = Sender;
            Call(() => ports.Camera.StopTakeAsync(id, stopAt, stopping.Token), done => new Finished(id, done), cause => new StopFailed(id, cause));
            Become(() => Sealing(asker));
            Publish(NodePhase.Sealing);
        });
        Receive<TakeEnded>(ended => ended.Sealed.Id == take!.Id, ended => EndedByItself(ended.Sealed));
        HandleTheRest();
    }

    private void Sealing(IActorRef asker)
    {
        Receive<Finished>(finished => finished.Id == take!.Id, finished =>
        {
            var answer = FinishedAnswer(finished.Sealed);
            stoppedSession = finished.Id.SessionId;
            take = null;
            lastFinished = answer;
            asker.Tell(answer);
            ports.Speaker?.Play(Signal.Stop);
            Become(Idle);
            waiting.Release(Stash);
            Publish(NodePhase.Idle);
        });
        Receive<StopFailed>(failed => failed.Id == take!.Id, failed =>
        {
            Context.GetLogger().Error(failed.Cause, "Take {0} could not be stopped", failed.Id);
            Refuse(asker, ProblemCodes.StopFailed, failed.Cause is TakeFailedException ? failed.Cause.Message : "The recording could not be closed. Press stop again.");
            if (ports.Camera.Status.Take?.Id == failed.Id)
            {
                Become(Recording);
                Publish(NodePhase.Recording);
            }
            else
            {
                take = null;
                Become(Idle);
                Publish(NodePhase.Idle);
            }

            waiting.Release(Stash);
        });
        // The camera ended the take by itself just before the order came: that is as good an answer.
        Receive<TakeEnded>(ended => ended.Sealed.Id == take!.Id, ended =>
        {
            stoppedSession = ended.Sealed.Id.SessionId;
            EndedByItself(ended.Sealed);
            asker.Tell(lastFinished!);
            waiting.Release(Stash);
        });
        Receive<StopTake>(_ => KeepForLater());
        Receive<StartTake>(_ => KeepForLater());
        HandleTheRest();
    }

    private void EndedByItself(TakeSealed ended)
    {
        lastFinished = FinishedAnswer(ended);
        take = null;
        Context.Parent.Tell(new RecorderTrouble(Explain(ended.EndReason)));
        Become(Idle);
        Publish(NodePhase.Idle);
    }

    /// <summary>
    /// An instant further ahead than anybody orders means that a clock was set since: what was ordered happens now, not minutes later.
    /// </summary>
    private DateTimeOffset NotLaterThan(DateTimeOffset at, TimeSpan ahead) => at <= ports.Clock.NodeNow + ahead ? at : ports.Clock.NodeNow;

    private static string Explain(string endReason) => endReason switch
    {
        TakeEndReason.DiskFull => "The recording stopped: the disk is full. What was recorded is safe.",
        TakeEndReason.CaptureFailed => "The recording stopped: the camera gave no more pictures. What was recorded is safe.",
        TakeEndReason.WriteFailed => "The recording stopped: the disk did not take the video. What was written before is safe.",
        _ => "The recording stopped by itself. What was recorded is safe.",
    };

    private void HandleTheRest()
    {
        Receive<Quiesce>(_ =>
        {
            quiescing = true;
            Sender.Tell(new Quiesced());
        });
        Receive<Numbered>(_ => { });
        Receive<NumberingFailed>(_ => { });
        Receive<Began>(_ => { });
        Receive<BeginFailed>(_ => { });
        Receive<Finished>(_ => { });
        Receive<StopFailed>(_ => { });
        Receive<TakeEnded>(_ => { });
    }

    private TakeBegan BeganAnswer() => new(take!.Id, take.FirstFrameMaster!.Value, take.ScheduledStartMaster, take.FilePath);

    private static TakeFinished FinishedAnswer(TakeSealed take) => new(
        take.Id, take.FilePath, take.ManifestPath, take.Manifest.Video.DurationSec, take.Manifest.Video.Frames,
        take.Manifest.Quality?.DroppedFrames ?? 0, take.Manifest.File.SizeBytes, take.Manifest.Checksum.Value, take.EndReason);

    private void KeepForLater() => waiting.Keep(Stash, () => Refuse(Sender, ProblemCodes.Busy, $"{ports.CameraId} is busy with other orders. Try again in a moment."));

    private void Refuse(IActorRef asker, string code, string message) => asker.Tell(new TakeRefused(ports.CameraId, code, message, []));

    // A port that throws before it returns its task answers like one whose task fails.
    private void Call<T>(Func<Task<T>> call, Func<T, object> success, Func<Exception, object> failure)
    {
        Task<T> task;
        try
        {
            task = call();
        }
        catch (Exception e)
        {
            task = Task.FromException<T>(e);
        }

        task.PipeTo(Self, success: success, failure: failure);
    }

    private void Publish(NodePhase phase) => Context.Parent.Tell(new RecorderChanged(phase, take, stoppedSession));

    internal sealed record ActiveTake(RecordingId Id, DateTimeOffset ScheduledStartMaster, DateTimeOffset? FirstFrameMaster, IReadOnlyList<CameraId> SessionCameras, string FilePath);

    /// <summary>To the parent: what the recorder does from now on.</summary>
    internal sealed record RecorderChanged(NodePhase Phase, ActiveTake? Take, SessionId? StoppedSession) : INoSerializationVerificationNeeded;

    /// <summary>To the parent: something went wrong by itself.</summary>
    internal sealed record RecorderTrouble(string Message) : INoSerializationVerificationNeeded;

    private sealed record Numbered(StartTake Start, int Take) : INoSerializationVerificationNeeded;

    private sealed record NumberingFailed(StartTake Start, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Began(RecordingId Id, TakeStarted Started) : INoSerializationVerificationNeeded;

    private sealed record BeginFailed(RecordingId Id, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Finished(RecordingId Id, TakeSealed Sealed) : INoSerializationVerificationNeeded;

    private sealed record StopFailed(RecordingId Id, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record TakeEnded(TakeSealed Sealed) : INoSerializationVerificationNeeded;
}
