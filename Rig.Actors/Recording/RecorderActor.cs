using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Actors.Recording;

/// <summary>Owns the camera's recording, at most one take at a time, and supervises the capture process. <see cref="RecorderState"/> decides; this acts.</summary>
/// <remarks>
/// The running take outlives a restart of this actor, and so does the capture below it: the next incarnation follows the take it finds.
/// docs/design/recording.md.
/// </remarks>
internal sealed class RecorderActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private const string CaptureName = "capture";
    private const string TickName = "tick";
    private const string CannotStart = "The recording could not be started. Switch this box off and on if it happens again.";
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    private readonly CameraNodePorts ports;
    private readonly Func<IReadOnlyList<Problem>> problems;
    private readonly Memory memory;
    private readonly WaitingOrders waiting = new();
    private readonly ILoggingAdapter log = Context.GetLogger();
    private IActorRef capture = ActorRefs.Nobody;
    private RecorderChanged? told;

    public RecorderActor(CameraNodePorts ports, Func<IReadOnlyList<Problem>> problems, Memory memory)
    {
        (this.ports, this.problems, this.memory) = (ports, problems, memory);
        Receive<StartTake>(order => Carry(State.Order(order, Sender)));
        Receive<StopTake>(order => Carry(State.Order(order, Sender, Now())));
        Receive<StartSelfTest>(order => Carry(State.Order(order, Sender, Now())));
        Receive<StopSelfTest>(order => Carry(State.Order(order, Sender, Now())));
        Receive<Quiesce>(_ => Carry(State.Close(Sender, Now())));
        Receive<SessionEnded>(ended => Carry(State.HearEnd(ended.SessionId)));
        Receive<NoteKept>(_ => { });
        Receive<NoteLost>(lost => log.Warning(lost.Cause, "{0} is not noted as {1}: after a loss of power this camera may go by what was noted before", lost.Note.SessionId, lost.Note.State));
        Receive<Numbered>(numbered => Carry(State.Numbered(numbered.Ticket, numbered.Take, this.problems(), Now())));
        Receive<NotNumbered>(failed =>
        {
            log.Error(failed.Cause, "The disk does not say which takes of a session there are");
            Carry(State.NotNumbered(failed.Ticket));
        });
        Receive<CaptureSupervisor.CaptureChanged>(changed => Carry(State.See(changed.View)));
        Receive<Opened>(opened =>
        {
            this.memory.Take = opened.Take;
            Follow(opened.Take);
            Carry(State.Opened(opened.Take.Id, opened.Take.FilePath, Now()));
        });
        Receive<NotOpened>(failed => Carry(State.NotOpened(failed.Id, Explain(failed.Id, failed.Cause))));
        Receive<FirstDurable>(durable => IsOfNow(durable.From), durable => Carry(State.FirstDurable(durable.From.Id, durable.FirstFrameMaster)));
        Receive<CaptureSupervisor.TakeDelivered>(delivered =>
        {
            if (delivered.Failure is { } failure)
            {
                log.Error("{0} ends: {1}", delivered.Id, failure);
            }

            Carry(State.Delivered(delivered.Id, delivered.Slots, delivered.Failure));
        });
        Receive<Ended>(ended => IsOfNow(ended.From), ended =>
        {
            log.Info("{0} is sealed ({1}): {2} frames, {3} dropped", ended.Take.Id, ended.Take.EndReason, ended.Take.Manifest.Video.Frames, ended.Take.Manifest.Quality?.DroppedFrames);
            Carry(State.Ended(ended.Take));
        });
        Receive<NotSealed>(failed => IsOfNow(failed.From), failed => Carry(State.NotSealed(failed.From.Id, Explain(failed.From.Id, failed.Cause))));
        Receive<ITakeCompletion>(_ =>
        {
            // Of an earlier take, or told before a restart already.
        });
        Receive<Tick>(_ => Carry(State.Tick(Facts(), Now())));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    private RecorderState State => memory.State;

    /// <param name="problems">Of now, by the guards. Asked on this actor's thread; never waits.</param>
    public static Props PropsOf(CameraNodePorts ports, Func<IReadOnlyList<Problem>> problems)
    {
        var memory = new Memory(ports.CameraId, ports.Notes?.AtStart);
        return Props.Create(() => new RecorderActor(ports, problems, memory));
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    protected override void PreStart()
    {
        capture = Context.Child(CaptureName);
        if (capture.IsNobody())
        {
            capture = Context.ActorOf(CaptureSupervisor.PropsOf(ports.Capture, ports.Clock), CaptureName);
        }

        Watch();
        Resume();
    }

    // The capture goes on below, and the take with it.
    protected override void PreRestart(Exception reason, object message)
    {
    }

    // Without this actor nobody would end the take; its writer seals it by itself.
    protected override void PostStop() => memory.Take?.Finish(TakeEndReason.NodeStopped, null, null);

    /// <summary>What the former incarnation had under way, and whose completion it may have lost, is followed again.</summary>
    private void Resume()
    {
        if (memory.Take is { } take)
        {
            Follow(take);
            Carry(State.Opened(take.Id, take.FilePath, Now()));
        }
        else if (State.Phase == RecorderPhase.Numbering)
        {
            Carry(State.NotNumbered(State.Ticket));
        }

        Publish();
    }

    private ClockMoment Now() => ClockMoment.Of(ports.Clock);

    // A take that failed leaves its id to the next one, so the take itself tells them apart.
    private bool IsOfNow(ITake take) => ReferenceEquals(take, memory.Take);

    private TakeFacts Facts() => memory.Take is { } take ? new(take.LastFrameNs, take.Progress.Frames) : default;

    private void Follow(ITake take)
    {
        // One whose first fragment is never durable ends, and that is told.
        take.FirstDurable.PipeTo(Self, success: first => new FirstDurable(take, first), failure: _ => new NeverDurable(take));
        take.Ended.PipeTo(Self, success: ended => new Ended(take, ended), failure: e => new NotSealed(take, e));
    }

    private void Carry(RecorderStep step)
    {
        var (wasSettled, wasIdle) = (State.IsSettled, State.Phase == RecorderPhase.Idle);
        memory.State = step.State;
        Publish();
        foreach (var effect in step.Effects)
        {
            Act(effect);
        }

        if (State.Phase == RecorderPhase.Idle != wasIdle)
        {
            Watch();
        }

        if (State.IsSettled && !wasSettled)
        {
            waiting.Release(Stash);
        }
    }

    private void Watch()
    {
        if (State.Phase == RecorderPhase.Idle)
        {
            Timers.Cancel(TickName);
        }
        else
        {
            Timers.StartPeriodicTimer(TickName, Tick.Instance, TickInterval);
        }
    }

    private void Act(RecorderEffect effect)
    {
        switch (effect)
        {
            case RecorderEffect.KeepOrder:
                waiting.Keep(Stash, () => Sender.Tell(new TakeRefused(ports.CameraId, ProblemCodes.Busy, $"{ports.CameraId} is busy with other orders. Try again in a moment.", [])));
                break;
            case RecorderEffect.Number number:
                Task.Run(() => ports.Catalogue.NextTake(number.SessionId, ports.CameraId)).PipeTo(
                    Self, success: take => new Numbered(number.Ticket, take), failure: e => new NotNumbered(number.Ticket, e));
                break;
            case RecorderEffect.Open open:
                Called(() => ports.Capture.OpenTakeAsync(RequestOf(open.Take), open.Mode)).PipeTo(
                    Self, success: take => new Opened(take), failure: e => new NotOpened(open.Take.Id, e));
                break;
            case RecorderEffect.Deliver deliver:
                capture.Tell(new CaptureSupervisor.Deliver(memory.Take!, deliver.Start));
                break;
            case RecorderEffect.Stop stop:
                capture.Tell(new CaptureSupervisor.StopDelivery(stop.Id, stop.StopNs));
                break;
            case RecorderEffect.Release release:
                capture.Tell(new CaptureSupervisor.Release(release.Id, release.Kill, release.Problem));
                break;
            case RecorderEffect.Finish finish:
                memory.Take?.Finish(finish.Reason, finish.Slots, finish.StopNs);
                break;
            case RecorderEffect.Close:
                capture.Tell(new CaptureSupervisor.Close());
                break;
            case RecorderEffect.Answer answer:
                answer.Asker.Tell(answer.Message);
                break;
            case RecorderEffect.Keep keep:
                ports.Notes?.Keep(keep.Note).PipeTo(Self, success: note => new NoteKept(note), failure: e => new NoteLost(keep.Note, e));
                break;
            case RecorderEffect.Play play:
                ports.Speaker?.Play(play.Signal, play.At);
                break;
            case RecorderEffect.Trouble trouble:
                Context.Parent.Tell(new RecorderTrouble(trouble.Message));
                break;
            default:
                throw new InvalidOperationException($"{effect} is not handled.");
        }
    }

    // A port that throws before it returns its task answers like one whose task fails.
    private static Task<T> Called<T>(Func<Task<T>> call)
    {
        try
        {
            return call();
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    private TakeRequest RequestOf(RunningTake take)
    {
        var sync = ports.Clock.Status;
        var request = new TakeRequest(
            take.Id, take.StartAt, take.ScheduledStartMaster, sync.OffsetMs, sync.Confidence is SyncConfidence.Excellent or SyncConfidence.Good, take.SessionCameras);
        return take.IsSelfTest ? request : request with
        {
            ClockNow = () => new ClockReading(ports.Clock.Status.OffsetMs, ports.Clock.Status.StepsMs),
            TemperatureNow = () => ports.Sensors.Read().TemperatureC,
            Framing = ports.Framing,
        };
    }

    private string Explain(TakeId id, Exception cause)
    {
        log.Error(cause, "{0} failed", id);
        return cause is TakeFailedException ? cause.Message : CannotStart;
    }

    private void Publish()
    {
        if (State.Take is null)
        {
            memory.Take = null;
        }

        var now = new RecorderChanged(State.NodePhase, State.Take, State.StoppedSession, State.Capture, memory.Take, State.Note);
        if (now != told)
        {
            told = now;
            Context.Parent.Tell(now);
        }
    }

    /// <summary>What outlives a restart; written by the actor only.</summary>
    /// <param name="note">Of the process before.</param>
    internal sealed class Memory(CameraId cameraId, SessionNote? note)
    {
        public RecorderState State { get; set; } = new(cameraId)
        {
            Note = note,
            StoppedSession = note is { State: not SessionNoteState.Recording } stopped ? stopped.SessionId : null,
        };

        /// <summary>From when its files are there until it is sealed.</summary>
        public ITake? Take { get; set; }
    }

    /// <summary>To the parent: what the recorder does from now on.</summary>
    /// <param name="Take">A self-test's, too.</param>
    /// <param name="Progress">Where to look how far it is; null until its files are there.</param>
    internal sealed record RecorderChanged(NodePhase Phase, RunningTake? Take, SessionId? StoppedSession, CaptureView Capture, ITake? Progress, SessionNote? Note = null) : INoSerializationVerificationNeeded;

    /// <summary>To the parent: something went wrong by itself.</summary>
    internal sealed record RecorderTrouble(string Message) : INoSerializationVerificationNeeded;

    private sealed record NoteKept(SessionNote Note) : INoSerializationVerificationNeeded;

    private sealed record NoteLost(SessionNote Note, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Numbered(long Ticket, int Take) : INoSerializationVerificationNeeded;

    private sealed record NotNumbered(long Ticket, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Opened(ITake Take) : INoSerializationVerificationNeeded;

    private sealed record NotOpened(TakeId Id, Exception Cause) : INoSerializationVerificationNeeded;

    private interface ITakeCompletion : INoSerializationVerificationNeeded;

    private sealed record FirstDurable(ITake From, DateTimeOffset FirstFrameMaster) : ITakeCompletion;

    private sealed record NeverDurable(ITake From) : ITakeCompletion;

    private sealed record Ended(ITake From, TakeSealed Take) : ITakeCompletion;

    private sealed record NotSealed(ITake From, Exception Cause) : ITakeCompletion;

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
