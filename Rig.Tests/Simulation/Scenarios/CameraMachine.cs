using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;
using Rig.Engine.Simulation;
using Rig.Tests.Support;

namespace Rig.Tests.Simulation.Scenarios;

/// <summary>A camera node: the local system with the real camera actor over simulated ports, and the cluster system as ClusterHost makes it.</summary>
internal sealed class CameraMachine
{
    private const int Port = 2552;

    private static readonly TimeSpan FreshView = TimeSpan.FromSeconds(1);

    private static readonly Config Local = Section("node");
    private static readonly Config Clustered = Section("rig");

    private readonly SimulatedMachine machine;
    private readonly IReadOnlyList<CameraId> cameras;
    private readonly SessionBug bug;
    private readonly RigSessionOptions options = new();
    private readonly Config config;
    private IActorRef camera = ActorRefs.Nobody;

    public CameraMachine(SimulatedMachine machine, CameraId cameraId, bool isMaster, IReadOnlyList<string> hosts, IReadOnlyList<CameraId> cameras, SessionBug bug)
    {
        (this.machine, CameraId, IsMaster, this.cameras, this.bug) = (machine, cameraId, isMaster, cameras, bug);
        Ledger = new TakeLedger(machine);
        config = ConfigurationFactory.ParseString(
            $$"""
            akka.remote.dot-netty.tcp { hostname = {{machine.Name}}, port = {{Port}} }
            akka.cluster.roles = [{{CameraClusterActors.Role}}{{(isMaster ? ", " + GatewayActor.MasterRole : "")}}]
            akka.cluster.seed-nodes = [{{string.Join(", ", hosts.Select(host => RigConfig.Quote($"akka.tcp://rig@{host}:{Port}")))}}]
            """).WithFallback(Clustered);
        Node = new ClusterNode(machine, CreateCluster) { Boot = Boot };
    }

    public CameraId CameraId { get; }

    public bool IsMaster { get; }

    public ClusterNode Node { get; }

    public TakeLedger Ledger { get; }

    public SimulatedMachine Machine => machine;

    public CameraNodePorts? Ports { get; private set; }

    /// <summary>The proxy of the rig's coordinator; nobody while there is no cluster system.</summary>
    public IActorRef Coordinator { get; private set; } = ActorRefs.Nobody;

    /// <summary>Its process lives and has a take running.</summary>
    public bool IsRecording => machine.IsRunning && Ledger.Running is not null;

    /// <summary>The coordinator's view as this node knows it; null when the last one is older than two reports.</summary>
    public SessionProtocol.RigView? View => machine.IsRunning && Ports?.Board.Rig is { } rig && rig.Age < FreshView ? rig.View : null;

    /// <summary>What a person at this node's page asks of the rig; the task belongs to the process. Null where the page cannot ask.</summary>
    public Task<object>? AskCoordinator(object message, TimeSpan patience)
    {
        if (machine.Process is not { IsPaused: false } process || Coordinator.Equals(ActorRefs.Nobody))
        {
            return null;
        }

        try
        {
            return process.Run(() => Coordinator.Ask<object>(message, patience));
        }
        catch (SchedulerException)
        {
            // The cluster system is ending just now; the page shows an error.
            return null;
        }
    }

    private void Boot(SimulatedProcess process)
    {
        Ledger.ProcessEnded();
        Coordinator = ActorRefs.Nobody;
        Ports = new CameraNodePorts(
            CameraId,
            $"http://{machine.Name}:8080",
            IsMaster,
            new SimulatedCamera(process, Ledger, bug == SessionBug.UncorrectedClock),
            Ledger.Catalogue,
            new ScriptedSensors(),
            new NoChrony(),
            new MasterClock(process.Time),
            new RigBoard(process.Time),
            () => new GuardOptions { Clock = ProblemLevel.Ignore },
            () => new SyncOptions());
        var system = process.CreateSystem("node", Local);
        camera = system.ActorOf(CameraActor.PropsOf(Ports), "camera");
    }

    private ActorSystem CreateCluster(SimulatedProcess process)
    {
        var system = process.CreateSystem("rig", config);
        var coordinator = SessionCoordinator.PropsOf(options, cameras, Ports!.Clock);
        Coordinator = CameraClusterActors.Start(
            system, Ports, camera, options, bug == SessionBug.ForgetfulCoordinator ? ForgetfulCoordinator.PropsOf(coordinator) : coordinator);
        return system;
    }

    private static Config Section(string system)
    {
        using var stream = typeof(ActorSystem).Assembly.GetManifestResourceStream("Rig.Engine.camera-node.conf")
            ?? throw new InvalidOperationException("hocon/camera-node.conf does not travel with the engine any more.");
        return RigConfig.Compose("camera-node.conf", new StreamReader(stream).ReadToEnd(), system, []);
    }
}

/// <summary>A planted fault: believes only in sessions that it started itself.</summary>
internal sealed class ForgetfulCoordinator : ReceiveActor
{
    private readonly IActorRef inner;
    private bool started;

    public ForgetfulCoordinator(Props coordinator)
    {
        inner = Context.ActorOf(coordinator);
        Receive<SessionProtocol.StartSession>(start =>
        {
            started = true;
            inner.Forward(start);
        });
        Receive<NodeReport>(report => inner.Forward(started ? report : report with { Phase = NodePhase.Idle, Take = null }));
        ReceiveAny(inner.Forward);
    }

    public static Props PropsOf(Props coordinator) => Props.Create(() => new ForgetfulCoordinator(coordinator));
}
