using Rig.Actors.Gateway;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Simulation.World;
using Rig.Tests.Support;

namespace Rig.Simulation.Scenarios;

/// <summary>A camera node: the local system with the real camera actor over simulated ports, and the cluster system as ClusterHost makes it.</summary>
internal sealed class CameraMachine
{
    private static readonly TimeSpan FreshView = TimeSpan.FromSeconds(1);

    private readonly SimulatedMachine machine;
    private readonly IReadOnlyList<CameraId> cameras;
    private readonly SessionBug bug;
    private readonly RigSessionOptions options = new();
    private readonly Config config;
    private IActorRef camera = ActorRefs.Nobody;
    private PublishedRig? rig;
    private LateFounder founder = RigMembership.NewFounder();

    public CameraMachine(SimulatedMachine machine, CameraId cameraId, bool isMaster, IReadOnlyList<string> hosts, IReadOnlyList<CameraId> cameras, SessionBug bug)
    {
        (this.machine, CameraId, IsMaster, this.cameras, this.bug) = (machine, cameraId, isMaster, cameras, bug);
        Ledger = new TakeLedger(machine);
        config = ProductConfig.Camera(machine.Name, hosts, isMaster);
        Node = new ClusterNode(machine, CreateCluster) { Boot = BootAsync };
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
    public SessionProtocol.RigView? View => machine.IsRunning && rig?.Current is { } seen && seen.Age < FreshView ? seen.View : null;

    /// <summary>What a person at this node's page asks of the rig; the task belongs to the process. Null where the page cannot ask.</summary>
    public Task<object>? AskCoordinator(object message, TimeSpan timeout)
    {
        if (machine.Process is not { IsPaused: false } process || Coordinator.Equals(ActorRefs.Nobody))
        {
            return null;
        }

        try
        {
            return process.Run(() => Coordinator.Ask<object>(message, timeout));
        }
        catch (SchedulerException)
        {
            // The cluster system is ending just now; the page shows an error.
            return null;
        }
    }

    private Task<ActorSystem> BootAsync(SimulatedProcess process)
    {
        Ledger.ProcessEnded(process.Time.GetUtcNow());
        founder = RigMembership.NewFounder();
        Coordinator = ActorRefs.Nobody;
        rig = new PublishedRig(process.Time);
        Ports = new CameraNodePorts(
            CameraId,
            $"http://{machine.Name}:8080",
            IsMaster,
            new SimulatedCamera(process, Ledger, bug == SessionBug.UncorrectedClock),
            Ledger.Catalogue.Storage,
            new ScriptedSensors(),
            new NoChrony(),
            new MasterClock(process.Time),
            new PublishedNode(),
            () => new GuardOptions { Clock = ProblemLevel.Ignore },
            () => new SyncOptions())
        {
            Notes = bug == SessionBug.NoNote ? null : new SessionNotes(Ledger, options.ResumeWithin),
        };
        return process.CreateSystemAsync("node", ProductConfig.CameraLocal, system => camera = system.ActorOf(CameraActor.PropsOf(Ports), "camera"));
    }

    private Task<ActorSystem> CreateCluster(SimulatedProcess process) => process.CreateSystemAsync(ClusterSystem.Name, config, system =>
    {
        RigMembership.Watch(process, system, founder);
        var coordinator = SessionCoordinator.PropsOf(options, cameras, Ports!.Clock);
        Coordinator = RigMembership.StartCoordinator(system, bug == SessionBug.ForgetfulCoordinator ? ForgetfulCoordinator.PropsOf(coordinator) : coordinator);
        var registry = ActorRegistry.For(system);
        registry.Register<CameraActor>(camera, overwrite: true);
        registry.Register<SessionCoordinator>(Coordinator, overwrite: true);
        system.ActorOf(GatewayActor.PropsOf(Ports, new RequiredActor<CameraActor>(registry), new RequiredActor<SessionCoordinator>(registry), options, rig!), "gateway");
    });
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
