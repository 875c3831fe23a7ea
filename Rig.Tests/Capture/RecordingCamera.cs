using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Cameras;
using Rig.CameraNode.Control;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>The node's recorder with all below it, asked as the node's routes ask it.</summary>
internal sealed class RecordingCamera(CaptureLauncher launcher, PreviewFeed previews, StoragePorts storage, TimeProvider time) : INodeControl
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly RecorderActor.RecorderChanged Unheard = new(NodePhase.Idle, null, null, CaptureView.Starting, null);

    private readonly MasterClock clock = new(time);
    private ActorSystem? system;
    private IActorRef head = ActorRefs.Nobody;
    private RecorderActor.RecorderChanged newest = Unheard;

    internal MasterClock Clock => clock;

    internal CameraStatus Status
    {
        get
        {
            var now = Volatile.Read(ref newest);
            return CameraStatus.Of(now.Capture, launcher.Wanted, now.Progress?.Progress, 0);
        }
    }

    internal PreviewPicture? Preview => previews.Newest;

    internal int? CaptureProcessId => launcher.CaptureProcessId;

    internal void Start()
    {
        system = ActorSystem.Create("camera", RigConfig.Load("camera-node.conf", "node", []));
        var ports = new CameraNodePorts(
            CameraId.Left, "http://127.0.0.1:8080", false, launcher, storage, new ScriptedSensors(), new NoChrony(), clock, new PublishedNode(), () => new GuardOptions(), () => new SyncOptions());
        head = system.ActorOf(Props.Create(() => new Head(ports, this)), "camera");
    }

    /// <summary>As the node ends: the running take is sealed first.</summary>
    internal async Task StopAsync()
    {
        if (Interlocked.Exchange(ref system, null) is { } running)
        {
            await head.Ask<CameraProtocol.Quiesced>(new CameraProtocol.Quiesce(), Timeout);
            await running.Terminate();
        }
    }

    /// <summary>Ordered with the request's offset as the clock's.</summary>
    /// <exception cref="TakeFailedException">It was refused.</exception>
    internal async Task<TakeStarted> StartTakeAsync(TakeRequest request)
    {
        clock.Status = SyncStatus.None with { OffsetMs = request.ClockOffsetMs, Confidence = SyncConfidence.Excellent };
        var began = await AskAsync<RecordingProtocol.TakeBegan>(new RecordingProtocol.StartTake(request.Id.SessionId, request.ScheduledStartMaster, request.SessionCameras, request.Id.Take > 1));
        return new TakeStarted(began.TakeId, began.FirstFrameMaster, began.FilePath);
    }

    /// <exception cref="TakeFailedException">There is no such take.</exception>
    internal async Task<TakeSealed> StopTakeAsync(TakeId id, DateTimeOffset stopAt)
    {
        var finished = await AskAsync<RecordingProtocol.TakeFinished>(new RecordingProtocol.StopTake(id.SessionId, clock.ToMaster(stopAt)));
        return finished.TakeId == id
            ? new TakeSealed(id, Manifest.Parse(await File.ReadAllBytesAsync(finished.ManifestPath)), finished.FilePath, finished.ManifestPath, finished.EndReason)
            : throw new TakeFailedException($"{id} is not being recorded.");
    }

    public async Task<object> AskCameraAsync(object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = await head.Ask<object>(message, timeout, cancellationToken);

        if (answer is not RecordingProtocol.TakeRefused)
        {
            // What the recorder told its parent before it answered was heard by then.
            await head.Ask<Heard>(new Heard(), Timeout, cancellationToken);
        }

        return answer;
    }

    public Task<object> AskUploadAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) => throw new TimeoutException();

    public Task<object> AskCoordinatorAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) => throw new TimeoutException();

    private async Task<T> AskAsync<T>(object order) => await AskCameraAsync(order, Timeout, CancellationToken.None) switch
    {
        T answer => answer,
        RecordingProtocol.TakeRefused refused => throw new TakeFailedException(refused.Message),
        var other => throw new InvalidOperationException($"{other}"),
    };

    internal sealed record TakeStarted(TakeId Id, DateTimeOffset FirstFrameMaster, string FilePath);

    private sealed record Heard;

    /// <summary>Stands where the node has its camera actor.</summary>
    private sealed class Head : ReceiveActor
    {
        public Head(CameraNodePorts ports, RecordingCamera camera)
        {
            var recorder = Context.ActorOf(RecorderActor.PropsOf(ports, () => []), "recorder");
            Receive<RecorderActor.RecorderChanged>(changed => Volatile.Write(ref camera.newest, changed));
            Receive<RecorderActor.RecorderTrouble>(_ => { });
            Receive<Heard>(heard => Sender.Tell(heard));
            ReceiveAny(recorder.Forward);
        }
    }
}
