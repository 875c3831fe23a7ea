using Rig.Actors.Timing;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Actors.Recording;

/// <summary>
/// The node's own head: supervises recorder, clock and storage, answers the REST routes and the gateway, and reports twice a second
/// and at every change. Lives in the local system, so nothing that happens to the cluster reaches it.
/// </summary>
/// <remarks>
/// A child that fails is restarted, it alone and however often: each picks up what runs (the recorder asks the camera, the storage
/// the disk), and one that stayed down would leave the match without it.
/// </remarks>
public sealed class CameraActor : ReceiveActor, IWithTimers
{
    private readonly CameraNodePorts ports;
    private readonly Action onCatalogueChanged;
    private IActorRef recorder = ActorRefs.Nobody;
    private IActorRef sync = ActorRefs.Nobody;
    private IActorRef storage = ActorRefs.Nobody;
    private IActorRef gateway = ActorRefs.Nobody;
    private RecorderActor.RecorderChanged recorderState = new(NodePhase.Idle, null, null);
    private LastProblem? lastProblem;
    private HashSet<(string Code, ProblemLevel Level)> sounded = [];
    private string? cameraProblem;
    private bool cameraWasThere;

    public CameraActor(CameraNodePorts ports)
    {
        this.ports = ports;
        var self = Self;
        onCatalogueChanged = () => self.Tell(Tick.Instance);
        Receive<RecorderActor.RecorderChanged>(changed =>
        {
            recorderState = changed;
            Report();
        });
        Receive<RecorderActor.RecorderTrouble>(trouble =>
        {
            Remember(trouble.Message);
            ports.Speaker?.Play(Signal.Error);
        });
        Receive<Tick>(_ => Report());
        Receive<GetNodeReport>(_ => Sender.Tell(BuildReport()));
        Receive<GetReadiness>(LookFor);
        Receive<SessionLookedFor>(looked => looked.Asker.Tell(ReadinessOf(looked)));
        Receive<StartTake>(start => recorder.Forward(start));
        Receive<StopTake>(stop => recorder.Forward(stop));
        Receive<SyncProtocol.ClockMeasured>(measured => sync.Forward(measured));
        Receive<SyncProtocol.GetSyncStatus>(ask => sync.Forward(ask));
        Receive<SyncProtocol.ReadClockNow>(ask => sync.Forward(ask));
        Receive<StorageProtocol.IStorageRequest>(ask => storage.Forward(ask));
        Receive<AttachGateway>(attach =>
        {
            gateway = attach.Gateway;
            gateway.Tell(BuildReport());
        });
        Receive<Quiesce>(quiesce =>
        {
            Become(Quiescing);
            recorder.Forward(quiesce);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(CameraNodePorts ports) => Props.Create(() => new CameraActor(ports));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

    // Children outlive a restart of this actor: a running take must not end because a report could not be built.
    protected override void PreRestart(Exception reason, object? message) => PostStop();

    protected override void PreStart()
    {
        ports.Catalogue.Changed += onCatalogueChanged;
        recorder = Context.Child("recorder");
        if (recorder.IsNobody())
        {
            recorder = Context.ActorOf(RecorderActor.PropsOf(ports, Problems), "recorder");
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
            storage = Context.ActorOf(StorageActor.PropsOf(ports.Storage, () => ports.Camera.Status.Take), "storage");
        }

        Timers.StartPeriodicTimer("report", Tick.Instance, TimeSpan.FromMilliseconds(500));
    }

    protected override void PostStop() => ports.Catalogue.Changed -= onCatalogueChanged;

    private void Quiescing()
    {
        Receive<RecorderActor.RecorderChanged>(changed => recorderState = changed);
        Receive<StartTake>(_ => Sender.Tell(new TakeRefused(ports.CameraId, ProblemCodes.ShuttingDown, "This camera is being switched off.", [])));
        Receive<StopTake>(stop => recorder.Forward(stop));
        Receive<GetReadiness>(_ => Sender.Tell(SwitchedOff()));
        Receive<GetNodeReport>(_ => Sender.Tell(BuildReport()));
        Receive<StorageProtocol.IStorageRequest>(ask => storage.Forward(ask));
        Receive<SessionLookedFor>(looked => looked.Asker.Tell(SwitchedOff()));
        Receive<Quiesce>(quiesce => recorder.Forward(quiesce));
        ReceiveAny(_ => { });
    }

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

    private CameraReadiness ReadinessOf(SessionLookedFor looked)
    {
        List<Problem> all = [.. Problems()];
        if (recorderState.Phase != NodePhase.Idle)
        {
            all.Add(new Problem(ProblemCodes.Busy, ProblemLevel.Refuse, $"{ports.CameraId} is recording {recorderState.Take?.Id.SessionId} already."));
        }

        if (looked.Problem is { } problem && ports.GuardOptions().Storage is not ProblemLevel.Ignore and var level)
        {
            all.Add(new Problem(ProblemCodes.StorageMissing, level, $"The video disk cannot be read. {problem}"));
        }

        return new CameraReadiness(ports.CameraId, all.MayStart(), looked.Known, all);
    }

    private void Remember(string message) => lastProblem = new LastProblem(message, ports.Clock.NodeNow);

    private IReadOnlyList<Problem> Problems() => StartGuards.Evaluate(
        ports.Camera.Status, ports.Catalogue.Status, ports.Sensors.Read(), ports.Clock.Status, ports.GuardOptions(), ports.SyncOptions().MaxOffsetMs);

    private void Report()
    {
        var camera = ports.Camera.Status;
        cameraWasThere |= camera.Detected;

        // What a camera says before its first picture is how it starts, and no problem.
        if (cameraWasThere && camera.Problem is { } problem && problem != cameraProblem)
        {
            Remember(problem);
        }

        cameraProblem = camera.Problem;
        var report = BuildReport();
        SoundNew(report.Problems);
        ports.Board.Node = report;
        gateway.Tell(report);
    }

    /// <summary>A tone for what came up or got worse since the last report; one that stays is not repeated.</summary>
    private void SoundNew(IReadOnlyList<Problem> problems)
    {
        var recording = recorderState.Phase == NodePhase.Recording;
        foreach (var problem in problems.Where(p => !sounded.Contains((p.Code, p.Level))))
        {
            if (Signals.For(problem, recording) is { } signal)
            {
                ports.Speaker?.Play(signal);
            }
        }

        sounded = [.. problems.Select(p => (p.Code, p.Level))];
    }

    private NodeReport BuildReport()
    {
        var camera = ports.Camera.Status;
        var storage = ports.Catalogue.Status;
        var sensors = ports.Sensors.Read();
        var sync = ports.Clock.Status;
        var takes = ports.Catalogue.List();
        var pending = takes.Where(t => t.ConfirmedAt is null).ToList();
        var problems = StartGuards.Evaluate(camera, storage, sensors, sync, ports.GuardOptions(), ports.SyncOptions().MaxOffsetMs);
        var take = recorderState.Take is { } active
            ? new TakeReport(
                active.Id, active.ScheduledStartMaster, active.FirstFrameMaster, active.SessionCameras,
                camera.Take?.DurationSec ?? 0, camera.Take?.Frames ?? 0, camera.Take?.DroppedFrames ?? 0, camera.Take?.SizeBytes ?? 0)
            : null;
        return new NodeReport(
            ports.CameraId, ports.BaseUrl, recorderState.Phase, take, recorderState.StoppedSession,
            [.. problems.OrderByDescending(p => p.Level)],
            new NodeClockReport(sync.OffsetMs, sync.Confidence, sync.IsMaster),
            new NodeStorageReport(storage.FreeBytes, storage.EstimatedRecordingMinutes, pending.Count, pending.Sum(t => t.SizeBytes), takes.Count - pending.Count),
            camera.Detected, sensors.TemperatureC, sensors.Battery?.Percent, lastProblem, ports.Clock.NodeNow);
    }

    /// <param name="Problem">Why the disk does not say; null when it did.</param>
    private sealed record SessionLookedFor(IActorRef Asker, bool Known, string? Problem) : INoSerializationVerificationNeeded;

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}

public static class CameraActorExtensions
{
    private static readonly TimeSpan QuiescePatience = TimeSpan.FromSeconds(4);

    /// <summary>The camera's actor with all under it, for a node's local system. <see cref="CameraNodePorts"/> must be among the services.</summary>
    public static AkkaConfigurationBuilder WithCameraActor(this AkkaConfigurationBuilder builder) => builder.WithActors((system, registry, resolver) =>
    {
        var camera = system.ActorOf(resolver.Props<CameraActor>(), "camera");
        registry.Register<CameraActor>(camera);

        // From then on no take begins. The camera, a service that stops after the actors, seals the running take.
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "quiesce", async () =>
        {
            await camera.Ask<Quiesced>(new Quiesce(), QuiescePatience);
            return Done.Instance;
        });
    });
}
