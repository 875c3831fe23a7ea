using System.Collections.Immutable;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Actors.Recording;

/// <summary>
/// The one state machine of a take: from the order to start to the sealed file, one take at a time. Pure: each method takes what happened
/// and the clocks, and returns the next state and what is to be done.
/// </summary>
/// <remarks>
/// Idle -> Numbering -> Waiting -> Opening -> Arming -> Recording -> Stopping -> Idle: the disk is asked for the take's number, a capture
/// process that is ready and free is waited for, the files are created, the first fragment is waited for. Orders that come in between wait.
/// Whatever completes carries the take's id, so a late completion is never mistaken for the current take's. docs/design/recording.md.
/// </remarks>
internal sealed record RecorderState(CameraId CameraId)
{
    private const long SecondNs = 1_000_000_000;

    /// <summary>How long a capture process may take to be ready for a take, and then to deliver its first frame.</summary>
    internal const long StartTimeoutNs = 15 * SecondNs;

    /// <summary>How long after the stop's instant the capture process may take to end the take.</summary>
    internal const long StopTimeoutNs = 5 * SecondNs;

    /// <summary>A take without a frame for so long ends.</summary>
    internal const long GiveUpNs = 120 * SecondNs;

    /// <summary>A slot that begins this little before the stop belongs to what comes after it: so exactly is a wall-clock instant known on the monotonic clock.</summary>
    private const long ClockReadingNs = 500_000;

    /// <summary>A take that is to start now starts this much later, so that its first slot is not late.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(200);

    // REST routes take a start up to a minute ahead; a coordinator's lead is seconds.
    private static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(70);
    private static readonly TimeSpan LatestStop = TimeSpan.FromSeconds(15);

    private const string SwitchedOff = "This camera is being switched off.";
    private static readonly Problem[] SelfTestRuns = [new(ProblemCodes.Busy, ProblemLevel.Refuse, StartGuards.SelfTestRuns)];

    public RecorderPhase Phase { get; init; }

    /// <summary>From the order on; null while idle.</summary>
    public RunningTake? Take { get; init; }

    /// <summary>The last session that was stopped by order.</summary>
    public SessionId? StoppedSession { get; init; }

    /// <summary>The newest session that was recorded here; null before the first.</summary>
    public SessionNote? Note { get; init; }

    public CaptureView Capture { get; init; } = CaptureView.Starting;

    /// <summary>Of the order whose number the disk is asked for.</summary>
    public long Ticket { get; init; }

    /// <summary>No take begins any more.</summary>
    public bool IsClosing { get; init; }

    private TakeFinished? LastFinished { get; init; }

    private PendingStart? Start { get; init; }

    private IActorRef? Stopper { get; init; }

    private ImmutableList<IActorRef> Closers { get; init; } = [];

    private long WaitUntilNs { get; init; }

    /// <summary>As the rig is told: a self-test is none of its takes.</summary>
    public NodePhase NodePhase => Take is null or { IsSelfTest: true } ? NodePhase.Idle : Phase switch
    {
        RecorderPhase.Idle or RecorderPhase.Numbering => NodePhase.Idle,
        RecorderPhase.Recording => NodePhase.Recording,
        RecorderPhase.Stopping => NodePhase.Sealing,
        _ => NodePhase.Arming,
    };

    /// <summary>Orders are answered at once.</summary>
    public bool IsSettled => Phase is RecorderPhase.Idle or RecorderPhase.Recording;

    public RecorderStep Order(StartTake order, IActorRef asker) => this switch
    {
        { Take.IsSelfTest: true } => Answer(asker, RefusedFor(SelfTestRuns)),
        { Phase: RecorderPhase.Idle, IsClosing: true } => Answer(asker, Refused(ProblemCodes.ShuttingDown, SwitchedOff)),
        { Phase: RecorderPhase.Idle } => new(
            this with { Phase = RecorderPhase.Numbering, Ticket = Ticket + 1, Start = new PendingStart(order, asker) },
            [new RecorderEffect.Number(Ticket + 1, order.SessionId)]),
        { Phase: RecorderPhase.Recording } when order.SessionId == Take!.Id.SessionId => Answer(asker, Began(Take)),
        { Phase: RecorderPhase.Recording } => Answer(asker, Refused(ProblemCodes.AlreadyRecording, "Already recording")),
        _ => new(this, [new RecorderEffect.KeepOrder()]),
    };

    public RecorderStep Order(StopTake order, IActorRef asker, ClockMoment now)
    {
        if (Phase == RecorderPhase.Idle || Take is { IsSelfTest: true })
        {
            var step = order is { EndsSession: true, SessionId: { } over } ? HearEnd(over) : new(this);
            return step.Answer(asker, LastFinished is { } finished && order.SessionId == finished.TakeId.SessionId ? finished : Refused(ProblemCodes.NotRecording, "Not recording"));
        }

        if (Phase != RecorderPhase.Recording)
        {
            return new(this, [new RecorderEffect.KeepOrder()]);
        }

        return order.SessionId is { } session && session != Take!.Id.SessionId
            ? Answer(asker, Refused(ProblemCodes.NotRecording, $"{CameraId} records session {Take.Id.SessionId}, not {session}."))
            : Keep(Note! with { State = order.EndsSession ? SessionNoteState.Ended : SessionNoteState.StoppedHere })
                .Then(s => s.Stop(NotLaterThan(now, now.ToNode(order.StopAtMaster ?? now.Master), LatestStop), asker, now));
    }

    /// <summary>The session was stopped for all cameras. One that still records it is ordered to stop.</summary>
    public RecorderStep HearEnd(SessionId session) =>
        Note is { } note && note.SessionId == session && note.State != SessionNoteState.Ended && Take?.Id.SessionId != session
            ? (this with { StoppedSession = session }).Keep(note with { State = SessionNoteState.Ended })
            : new(this);

    public RecorderStep Order(StartSelfTest order, IActorRef asker, ClockMoment now)
    {
        if (Phase != RecorderPhase.Idle || IsClosing)
        {
            return Answer(asker, IsClosing ? Refused(ProblemCodes.ShuttingDown, SwitchedOff) : Refused(ProblemCodes.Busy, $"The camera is recording {Take?.Id.ToString() ?? "a session"} already."));
        }

        return WaitForCapture(new RunningTake(order.Id, now.Node, now.Master, [CameraId]), asker, now);
    }

    public RecorderStep Order(StopSelfTest order, IActorRef asker, ClockMoment now) => Take?.Id != order.Id
        ? Answer(asker, Refused(ProblemCodes.NotRecording, $"{order.Id} is not being recorded."))
        : Phase switch
        {
            RecorderPhase.Recording => Stop(order.StopAt, asker, now),
            RecorderPhase.Waiting => FailStart("It was stopped before it began.").Then(s => s.Answer(asker, Refused(ProblemCodes.NotRecording, $"{order.Id} was stopped before it began; nothing was recorded."))),
            _ => new(this, [new RecorderEffect.KeepOrder()]),
        };

    /// <summary>The disk said which number the ordered take must carry.</summary>
    /// <param name="problems">By the guards, as they are now.</param>
    public RecorderStep Numbered(long ticket, int number, IReadOnlyList<Problem> problems, ClockMoment now)
    {
        if (Phase != RecorderPhase.Numbering || Ticket != ticket || Start is not { } start)
        {
            return new(this);
        }

        var order = start.Order;
        var refusal =
            IsClosing ? Refused(ProblemCodes.ShuttingDown, SwitchedOff)
            : number > 1 && !order.Continues ? Refused(ProblemCodes.SessionExists, $"{CameraId} has recordings of session {order.SessionId} already. Choose another session id.")
            : number > TakeId.MaxTake ? Refused(ProblemCodes.StartFailed, $"{CameraId} has {TakeId.MaxTake} takes of session {order.SessionId} already. Start a new session.")
            : problems.MayStart() ? null
            : RefusedFor(problems);
        if (refusal is not null)
        {
            return Idle().Answer(start.Asker, refusal);
        }

        var startAt = NotLaterThan(now, now.ToNode(order.StartAtMaster), LatestStart);
        var id = new TakeId(order.SessionId, CameraId, number);
        return WaitForCapture(new RunningTake(id, startAt, order.StartAtMaster, order.SessionCameras), start.Asker, now)
            .With(new RecorderEffect.Play(Signal.Start, startAt));
    }

    public RecorderStep NotNumbered(long ticket) => Phase == RecorderPhase.Numbering && Ticket == ticket
        ? Idle().Answer(Start!.Asker, Refused(ProblemCodes.StartFailed, "The video disk cannot be read. Check that the disk is plugged in."))
        : new(this);

    public RecorderStep See(CaptureView capture) => new RecorderStep(this with { Capture = capture }).Then(s => s.Phase switch
    {
        RecorderPhase.Waiting => s.OpenIfReady(),
        _ when s.IsClosing => s.EndWithoutCapture(),
        _ => new(s),
    });

    /// <summary>The files are there. Creating them may have taken a while: a start that is wanted now counts from here.</summary>
    public RecorderStep Opened(TakeId id, string filePath, ClockMoment now)
    {
        if (Phase != RecorderPhase.Opening || Take?.Id != id)
        {
            return new(this);
        }

        var startAt = Take.StartAt < now.Node + Lead ? now.Node + Lead : Take.StartAt;
        var take = Take with { StartNs = now.NsAt(startAt), FilePath = filePath };
        var armed = this with { Phase = RecorderPhase.Arming, Take = take };
        return IsClosing
            ? armed.Finish(TakeEndReason.NodeStopped, null)
            : new(armed, [new RecorderEffect.Deliver(new TakeStart(id, take.StartNs, take.ScheduledStartMaster, now.NsAt(now.ToNode(take.ScheduledStartMaster))))]);
    }

    public RecorderStep NotOpened(TakeId id, string why) =>
        Phase == RecorderPhase.Opening && Take?.Id == id ? FailStart(why) : new(this);

    /// <summary>The first fragment is on disk.</summary>
    public RecorderStep FirstDurable(TakeId id, DateTimeOffset firstFrameMaster)
    {
        if (Phase != RecorderPhase.Arming || Take?.Id != id)
        {
            return new(this);
        }

        var take = Take with { FirstFrameMaster = firstFrameMaster };
        var began = this with { Phase = RecorderPhase.Recording, Take = take, Start = null };
        var noted = take.IsSelfTest ? new(began) : began.Keep(new SessionNote(take.Id, take.SessionCameras, SessionNoteState.Recording));
        return noted.Answer(Start?.Asker, Began(take));
    }

    /// <summary>The capture process delivered the take's last frame.</summary>
    public RecorderStep Delivered(TakeId id, long slots, string? failure) =>
        Take is { IsFinishing: false } take && take.Id == id ? Finish(failure is null ? take.EndReason : TakeEndReason.CaptureFailed, slots) : new(this);

    /// <summary>The take is sealed, whatever ended it.</summary>
    public RecorderStep Ended(TakeSealed ended)
    {
        if (Take is not { } take || take.Id != ended.Id)
        {
            return new(this);
        }

        if (Phase == RecorderPhase.Arming)
        {
            // All of it was written before anybody heard of its first fragment.
            return FirstDurable(take.Id, ended.Manifest.Timing.StartTime).Then(s => s.Ended(ended));
        }

        var finished = Finished(ended);
        var idle = Idle();
        if (take.IsSelfTest)
        {
            return Stopper is null ? idle : idle.Answer(Stopper, new SelfTestTake(ended));
        }

        idle = idle with { State = idle.State with { LastFinished = finished } };
        if (Stopper is { } stopper)
        {
            return (idle with { State = idle.State with { StoppedSession = take.Id.SessionId } }).Answer(stopper, finished).With(new RecorderEffect.Play(Signal.Stop, null));
        }

        return IsClosing ? idle : idle.With(new RecorderEffect.Trouble(Explain(ended.EndReason)));
    }

    /// <summary>The take could not be sealed now; what is left of it is sealed when the node starts again.</summary>
    public RecorderStep NotSealed(TakeId id, string why)
    {
        if (Take?.Id != id)
        {
            return new(this);
        }

        return Phase == RecorderPhase.Arming ? FailStart(why)
            : Stopper is { } stopper ? Idle().Answer(stopper, Refused(ProblemCodes.StopFailed, why))
            : Idle().With(new RecorderEffect.Trouble(why));
    }

    /// <summary>The node is being switched off: no take begins, and the running one is sealed as cut short by that, so that a server knows that another may follow.</summary>
    public RecorderStep Close(IActorRef asker, ClockMoment now)
    {
        var closing = this with { IsClosing = true, Closers = Closers.Add(asker) };
        var step = Phase switch
        {
            RecorderPhase.Idle => closing.Idle(),
            RecorderPhase.Waiting => closing.FailStart("The node is shutting down."),
            RecorderPhase.Numbering or RecorderPhase.Opening => new(closing),
            _ => closing.EndNow(now),
        };
        return step.With(new RecorderEffect.Close());
    }

    /// <summary>Ends what does not end by itself.</summary>
    public RecorderStep Tick(TakeFacts facts, ClockMoment now)
    {
        if (Phase == RecorderPhase.Waiting && now.MonotonicNs > WaitUntilNs)
        {
            return FailStart($"The camera is not ready. {Capture.Problem ?? "It is busy with an earlier recording."}");
        }

        if (Take is not { IsFinishing: false, StartNs: not 0 } take)
        {
            return new(this);
        }

        if (take.StopNs is { } stopNs && now.MonotonicNs > stopNs + (Capture.IsRunning ? StopTimeoutNs : 0))
        {
            return Finish(take.EndReason, null).With(new RecorderEffect.Release(take.Id, "it did not end the take"));
        }

        var silentNs = now.MonotonicNs - Math.Max(take.StartNs, facts.LastFrameNs);
        return silentNs > GiveUpNs || (facts.Frames == 0 && now.MonotonicNs > take.StartNs + StartTimeoutNs)
            ? Finish(TakeEndReason.CaptureFailed, null).With(new RecorderEffect.Release(take.Id, Problem: "The camera delivers no pictures; the recording was ended."))
            : new(this);
    }

    private RecorderStep WaitForCapture(RunningTake take, IActorRef asker, ClockMoment now) =>
        new RecorderStep(this with { Phase = RecorderPhase.Waiting, Take = take, Start = new PendingStart(new StartTake(take.Id.SessionId, take.ScheduledStartMaster, take.SessionCameras), asker), WaitUntilNs = now.MonotonicNs + StartTimeoutNs })
            .Then(s => s.OpenIfReady());

    private RecorderStep OpenIfReady() => Capture is { Mode: { } mode, Busy: null }
        ? new(this with { Phase = RecorderPhase.Opening }, [new RecorderEffect.Open(Take!, mode)])
        : new(this);

    private RecorderStep Stop(DateTimeOffset stopAt, IActorRef asker, ClockMoment now) =>
        (this with { Phase = RecorderPhase.Stopping, Stopper = asker }).StopAt(Math.Max(now.MonotonicNs, now.NsAt(stopAt) - ClockReadingNs));

    private RecorderStep Keep(SessionNote note) => new(this with { Note = note }, [new RecorderEffect.Keep(note)]);

    private RecorderStep StopAt(long stopNs)
    {
        var take = Take! with { StopNs = Math.Min(stopNs, Take.StopNs ?? long.MaxValue) };
        return new(this with { Take = take }, [new RecorderEffect.Stop(take.Id, take.StopNs.Value)]);
    }

    private RecorderStep EndNow(ClockMoment now) => Take!.IsFinishing
        ? new(this)
        : (this with { Take = Take with { EndReason = Take.StopNs is null ? TakeEndReason.NodeStopped : Take.EndReason } })
            .StopAt(now.MonotonicNs).Then(s => s.EndWithoutCapture());

    /// <summary>No further capture process comes, so one that is gone was the last.</summary>
    private RecorderStep EndWithoutCapture() =>
        Take is { IsFinishing: false, StopNs: not null } take && take.StartNs != 0 && !Capture.IsRunning ? Finish(take.EndReason, null) : new(this);

    private RecorderStep Finish(string reason, long? slots)
    {
        var take = Take! with { IsFinishing = true, EndReason = reason };
        return new(this with { Take = take }, [new RecorderEffect.Finish(take.Id, reason, slots, take.StopNs), new RecorderEffect.Release(take.Id)]);
    }

    private RecorderStep FailStart(string why)
    {
        var (asker, isSelfTest) = (Start?.Asker, Take!.IsSelfTest);
        var step = Idle().Answer(asker, Refused(ProblemCodes.StartFailed, why));
        return isSelfTest || IsClosing ? step : step.With(new RecorderEffect.Trouble(why));
    }

    /// <summary>Nothing is under way; who waits for the end of all takes is answered.</summary>
    private RecorderStep Idle()
    {
        var idle = new RecorderStep(this with { Phase = RecorderPhase.Idle, Take = null, Start = null, Stopper = null, Closers = [] });
        if (Take is { StartNs: not 0 } take)
        {
            idle = idle.With(new RecorderEffect.Release(take.Id));
        }

        return Closers.Aggregate(idle, (step, closer) => step.Answer(closer, new Quiesced()));
    }

    private RecorderStep Answer(IActorRef? asker, object message) => new RecorderStep(this).Answer(asker, message);

    private TakeRefused Refused(string code, string message) => new(CameraId, code, message, []);

    private TakeRefused RefusedFor(IReadOnlyList<Problem> problems)
    {
        var against = problems.Where(p => p.Level == ProblemLevel.Refuse).ToList();
        return new(CameraId, against[0].Code, string.Join(" ", against.Select(p => p.Message)), problems);
    }

    private static TakeBegan Began(RunningTake take) => new(take.Id, take.FirstFrameMaster!.Value, take.ScheduledStartMaster, take.FilePath);

    private static TakeFinished Finished(TakeSealed take) => new(
        take.Id, take.FilePath, take.ManifestPath, take.Manifest.Video.DurationSec, take.Manifest.Video.Frames,
        take.Manifest.Quality?.DroppedFrames ?? 0, take.Manifest.File.SizeBytes, take.Manifest.Checksum.Value, take.EndReason);

    /// <summary>An instant further ahead than anybody orders means that a clock was set since: what was ordered happens now, not minutes later.</summary>
    private static DateTimeOffset NotLaterThan(ClockMoment now, DateTimeOffset at, TimeSpan ahead) => at <= now.Node + ahead ? at : now.Node;

    private static string Explain(string endReason) => endReason switch
    {
        TakeEndReason.DiskFull => "The recording stopped: the disk is full. What was recorded is safe.",
        TakeEndReason.CaptureFailed => "The recording stopped: the camera gave no more pictures. What was recorded is safe.",
        TakeEndReason.WriteFailed => "The recording stopped: the disk did not take the video. What was written before is safe.",
        _ => "The recording stopped by itself. What was recorded is safe.",
    };

    private sealed record PendingStart(StartTake Order, IActorRef Asker);
}

internal enum RecorderPhase
{
    Idle,

    /// <summary>The disk is asked for the take's number.</summary>
    Numbering,

    /// <summary>For a capture process that is ready and free.</summary>
    Waiting,

    /// <summary>The take's files are being created.</summary>
    Opening,

    /// <summary>The first fragment is not durable yet.</summary>
    Arming,
    Recording,

    /// <summary>Stop was ordered and the manifest is not durable yet.</summary>
    Stopping,
}
