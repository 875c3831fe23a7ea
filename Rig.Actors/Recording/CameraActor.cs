using System.Globalization;
using Rig.Actors.Timing;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Actors.Recording;

/// <summary>
/// The node's own head: supervises recorder, clock and storage, answers the REST routes and the gateway, judges by the guards, and
/// publishes and reports twice a second and at every change. Lives in the local system, so nothing that happens to the cluster reaches it.
/// </summary>
/// <remarks>
/// A child that fails is restarted, it alone and however often, and goes on with what runs; one that stayed down would leave the match
/// without it. Children, and what was known, outlive a restart of this actor.
/// </remarks>
public sealed class CameraActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly CameraNodePorts ports;
    private readonly CameraMemory memory;
    private readonly Action onCatalogueChanged;
    private IActorRef recorder = ActorRefs.Nobody;
    private IActorRef sync = ActorRefs.Nobody;
    private IActorRef storage = ActorRefs.Nobody;

    public CameraActor(CameraNodePorts ports, CameraMemory memory)
    {
        (this.ports, this.memory) = (ports, memory);
        var self = Self;
        onCatalogueChanged = () => self.Tell(Tick.Instance);
        Receive<RecorderActor.RecorderChanged>(changed =>
        {
            if (changed is { Phase: NodePhase.Recording, Take.IsSelfTest: false } && memory.Recorder.Phase != NodePhase.Recording)
            {
                NoteReturn(changed.Take);
            }

            memory.Recorder = changed;
            Report();
        });
        Receive<RecorderActor.RecorderTrouble>(trouble =>
        {
            Remember(trouble.Message);
            ports.Speaker?.Play(Signal.Error);
        });
        Receive<Tick>(_ => Report());
        Receive<Quiesce>(quiesce =>
        {
            memory.IsQuiescing = true;
            recorder.Forward(quiesce);
        });
        Receive<GetNodeReport>(_ => Sender.Tell(Look().Report));
        Receive<GetReadiness>(LookFor);
        Receive<SessionLookedFor>(looked => looked.Asker.Tell(Readiness(looked)));
        Receive<StartTake>(_ => memory.IsQuiescing, _ => Sender.Tell(new TakeRefused(ports.CameraId, ProblemCodes.ShuttingDown, "This camera is being switched off.", [])));
        Receive<StartTake>(start =>
        {
            // The recorder goes by what is published, and that is to be of now.
            Look();
            recorder.Forward(start);
        });
        Receive<StopTake>(stop => recorder.Forward(stop));
        Receive<SessionEnded>(ended => recorder.Forward(ended));
        Receive<StartSelfTest>(start => recorder.Forward(start));
        Receive<StopSelfTest>(stop => recorder.Forward(stop));
        Receive<SyncProtocol.ClockMeasured>(measured => sync.Forward(measured));
        Receive<SyncProtocol.GetSyncStatus>(ask => sync.Forward(ask));
        Receive<SyncProtocol.ReadClockNow>(ask => sync.Forward(ask));
        Receive<StorageProtocol.IStorageRequest>(ask => storage.Forward(ask));
        Receive<AttachGateway>(attach =>
        {
            memory.Gateway = attach.Gateway;
            memory.Gateway.Tell(Look().Report);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(CameraNodePorts ports)
    {
        var memory = new CameraMemory { BeganAt = ports.Clock.Monotonic };
        return Props.Create(() => new CameraActor(ports, memory));
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    // A running take must not end because a report could not be built.
    protected override void PreRestart(Exception reason, object? message) => PostStop();

    protected override void PreStart()
    {
        ports.Catalogue.Changed += onCatalogueChanged;
        recorder = Context.Child("recorder");
        if (recorder.IsNobody())
        {
            recorder = Context.ActorOf(RecorderActor.PropsOf(ports, () => ports.Node.Current!.Problems), "recorder");
            ports.Speaker?.Play(Signal.Startup);
        }

        sync = Context.Child("sync");
        if (sync.IsNobody())
        {
            sync = Context.ActorOf(SyncActor.PropsOf(ports.IsMaster, ports.Clock, ports.Chrony, ports.SyncOptions), "sync");
        }

        storage = Context.Child("storage");
        if (storage.IsNobody())
        {
            storage = Context.ActorOf(StorageActor.PropsOf(ports.Storage, () => ports.Node.Current?.Camera.Take), "storage");
        }

        Timers.StartPeriodicTimer("report", Tick.Instance, ReportInterval);
        Self.Tell(Tick.Instance);
    }

    protected override void PostStop() => ports.Catalogue.Changed -= onCatalogueChanged;

    private CameraReadiness SwitchedOff() => new(
        ports.CameraId, false, false, [new Problem(ProblemCodes.ShuttingDown, ProblemLevel.Refuse, "This camera is being switched off.")]);

    /// <summary>Which takes of a session there are only the disk knows, and that may take a moment.</summary>
    private void LookFor(GetReadiness ask)
    {
        var asker = Sender;
        Task.Run(() => ports.Catalogue.NextTake(ask.SessionId, ports.CameraId) > 1).PipeTo(
            Self,
            success: known => new SessionLookedFor(asker, known, null),
            failure: e => new SessionLookedFor(asker, false, e.Message));
    }

    private CameraReadiness Readiness(SessionLookedFor looked)
    {
        if (memory.IsQuiescing)
        {
            return SwitchedOff();
        }

        var report = Look().Report;
        List<Problem> all = [.. report.Problems];
        if (report.Phase != NodePhase.Idle)
        {
            all.Add(new Problem(ProblemCodes.Busy, ProblemLevel.Refuse, $"{ports.CameraId} is recording {report.Take?.TakeId.SessionId} already."));
        }

        if (looked.Problem is { } problem && ports.GuardOptions().Storage is not ProblemLevel.Ignore and var level)
        {
            all.Add(new Problem(ProblemCodes.StorageMissing, level, $"The video disk cannot be read. {problem}"));
        }

        return new CameraReadiness(ports.CameraId, all.MayStart(), looked.Known, all);
    }

    /// <summary>Says so when a session that was cut off goes on.</summary>
    private void NoteReturn(RunningTake take)
    {
        if (ports.Notes?.Found is { } cutOff && cutOff.Note.SessionId == take.Id.SessionId && cutOff.Note.TakeId.Take == take.Id.Take - 1 && take.FirstFrameMaster is { } first)
        {
            var missing = ports.Clock.ToNode(first) - cutOff.LastFrameAt;
            Remember(string.Create(CultureInfo.InvariantCulture, $"This camera was cut off while it recorded, and went on by itself. {Math.Max(0, missing.TotalSeconds):0} seconds are missing."));
        }
    }

    /// <summary>The session that the process before this one recorded, as long as it may go on.</summary>
    private InterruptedSession? Interrupted() =>
        ports.Notes is { Found: { } cutOff } notes && memory.Recorder is { Phase: NodePhase.Idle } idle && idle.Note == cutOff.Note && !memory.IsQuiescing
            ? cutOff.MayGoOn(
                ports.Clock.NodeNow, ports.Clock.Monotonic, ports.Clock.Monotonic - memory.BeganAt, ports.Clock.Status.Chrony is { Synchronised: true }, notes.ResumeWithin)
            : null;

    private void Remember(string message) => memory.LastProblem = new LastProblem(message, ports.Clock.NodeNow);

    private void Report()
    {
        var problem = memory.Recorder.Capture.Problem;
        memory.CameraWasThere |= memory.Recorder.Capture is { Mode: not null, IsCameraLost: false };

        // What a camera says before its first picture is how it starts, and no problem.
        if (memory.CameraWasThere && problem is not null && problem != memory.CameraProblem)
        {
            Remember(problem);
        }

        memory.CameraProblem = problem;
        var report = Look().Report;
        SoundNew(report.Problems);
        memory.Gateway.Tell(report);
    }

    /// <summary>A tone for what came up or got worse since the last report; one that stays is not repeated.</summary>
    private void SoundNew(IReadOnlyList<Problem> problems)
    {
        var recording = memory.Recorder.Phase == NodePhase.Recording;
        foreach (var problem in problems.Where(p => !memory.Sounded.Contains((p.Code, p.Level))))
        {
            if (Signals.For(problem, recording) is { } signal)
            {
                ports.Speaker?.Play(signal);
            }
        }

        memory.Sounded = [.. problems.Select(p => (p.Code, p.Level))];
    }

    /// <summary>Looks at everything once, judges by the guards once, and publishes what is to be known of it.</summary>
    private NodeSnapshot Look()
    {
        var recorder = memory.Recorder;
        var progress = recorder.Progress?.Progress;
        memory.Rate = memory.Rate.Next(progress, ports.Clock.Monotonic);
        var camera = CameraStatus.Of(recorder.Capture, ports.Capture.Wanted, progress, memory.Rate.Fps);
        var catalogue = ports.Catalogue.Current;
        var (sensors, sync) = (ports.Sensors.Read(), ports.Clock.Status);
        var problems = StartGuards.Evaluate(camera, catalogue.Status, sensors, sync, ports.GuardOptions(), ports.SyncOptions().MaxOffsetMs);
        var pending = catalogue.Takes.Where(t => t.ConfirmedAt is null).ToList();
        var take = recorder.Take is { IsSelfTest: false } running && recorder.Phase != NodePhase.Idle
            ? new TakeReport(
                running.Id, running.ScheduledStartMaster, running.FirstFrameMaster, running.SessionCameras,
                progress?.DurationSec ?? 0, progress?.Frames ?? 0, progress?.DroppedFrames ?? 0, progress?.SizeBytes ?? 0)
            : null;
        var report = new NodeReport(
            ports.CameraId, ports.BaseUrl, recorder.Phase, take, recorder.StoppedSession,
            [.. problems.OrderByDescending(p => p.Level)],
            new NodeClockReport(sync.OffsetMs, sync.Confidence, sync.IsMaster),
            new NodeStorageReport(catalogue.Status.FreeBytes, catalogue.Status.EstimatedRecordingMinutes, pending.Count, pending.Sum(t => t.SizeBytes), catalogue.Takes.Count - pending.Count),
            camera.Detected, sensors.TemperatureC, sensors.Battery?.Percent, memory.LastProblem, ports.Clock.NodeNow)
        {
            MachineUrl = ports.MachineUrl(),
            EndedSession = recorder.Note is { State: SessionNoteState.Ended } ended ? ended.SessionId : null,
            Interrupted = Interrupted(),
        };
        var snapshot = new NodeSnapshot(report, camera, catalogue.Status, sensors, sync);
        ports.Node.Publish(snapshot);
        return snapshot;
    }

    /// <param name="Problem">Why the disk does not say; null when it did.</param>
    private sealed record SessionLookedFor(IActorRef Asker, bool Known, string? Problem) : INoSerializationVerificationNeeded;

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}

/// <summary>What of <see cref="CameraActor"/> outlives its restart; written by it only.</summary>
public sealed class CameraMemory
{
    internal IActorRef Gateway { get; set; } = ActorRefs.Nobody;

    internal RecorderActor.RecorderChanged Recorder { get; set; } = new(NodePhase.Idle, null, null, CaptureView.Starting, null);

    /// <summary>When the process began, on the monotonic clock.</summary>
    internal TimeSpan BeganAt { get; init; }

    internal LastProblem? LastProblem { get; set; }

    internal HashSet<(string Code, ProblemLevel Level)> Sounded { get; set; } = [];

    internal string? CameraProblem { get; set; }

    internal bool CameraWasThere { get; set; }

    internal bool IsQuiescing { get; set; }

    internal EncodeRate Rate { get; set; }
}

public static class CameraActorExtensions
{
    /// <summary>Within the phase's own timeout (hocon/camera-node.conf) and the host's.</summary>
    private static readonly TimeSpan SealTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The camera's actor with all under it, for a node's local system. <see cref="CameraNodePorts"/> must be among the services.</summary>
    public static AkkaConfigurationBuilder WithCameraActor(this AkkaConfigurationBuilder builder) => builder.WithActors((system, registry, resolver) =>
    {
        var camera = system.ActorOf(CameraActor.PropsOf(resolver.GetService<CameraNodePorts>()), "camera");
        registry.Register<CameraActor>(camera);

        // From then on no take begins, and the running one is sealed before anything else ends.
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "quiesce", async () =>
        {
            await camera.Ask<Quiesced>(new Quiesce(), SealTimeout);
            return Done.Instance;
        });
    });
}
