using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Actors.Timing.SyncProtocol;
using static Rig.Domain.Messages.RecordingProtocol;
using static Rig.Domain.Messages.TimingProtocol;

namespace Rig.Actors.Gateway;

/// <summary>
/// A camera node's door to the cluster: relays orders to the local camera actor and its reports to the coordinator, measures the
/// clock against the master's gateway, and tells ingest servers of finished takes. Holds no state that matters: when the cluster
/// system is restarted, a new gateway takes its place and the camera does not notice.
/// </summary>
public sealed class GatewayActor : ReceiveActor, IWithTimers
{
    private const int FirstExchanges = 8;

    private readonly CameraNodePorts ports;
    private readonly IActorRef camera;
    private readonly IActorRef coordinator;
    private readonly RigSessionOptions options;
    private ActorSelection? master;
    private string masterAddress = "";
    private SessionId? ended;
    private int exchanges;

    /// <param name="camera">Actor of this process's local system.</param>
    /// <param name="coordinator">Proxy of the coordinator singleton.</param>
    /// <param name="rig">Where the coordinator's view is published.</param>
    public GatewayActor(CameraNodePorts ports, IRequiredActor<CameraActor> camera, IRequiredActor<SessionCoordinator> coordinator, RigSessionOptions options, PublishedRig rig)
    {
        (this.ports, this.camera, this.coordinator, this.options) = (ports, camera.ActorRef, coordinator.ActorRef, options);

        Receive<NodeReport>(report => this.coordinator.Tell(report));
        Receive<SessionProtocol.RigView>(view =>
        {
            rig.Publish(view);
            if (view.Session is { Phase: SessionPhase.Completed } over && over.SessionId != ended)
            {
                ended = over.SessionId;
                this.camera.Tell(new SessionEnded(over.SessionId));
            }
        });

        Receive<GetReadiness>(ask => Relay(ask, this.options.ReadinessTimeout));
        Receive<StartTake>(start => Relay(start, this.options.StartLead + this.options.CommandTimeout));
        Receive<StopTake>(stop => Relay(stop, this.options.StopLead + this.options.CommandTimeout));
        Receive<Relayed>(relayed => relayed.Asker.Tell(relayed.Answer));
        Receive<GetNodeReport>(ask => Relay(ask, this.options.ReadinessTimeout));
        Receive<TransferProtocol.GetFinishedTakes>(_ => Sender.Tell(FinishedTakesOf(ports)));

        Receive<ReadMasterClock>(ask =>
        {
            var received = ports.Clock.NodeNow;
            Sender.Tell(new MasterClockRead(ask.SentAt, received, ports.Clock.NodeNow));
        });
        Receive<MeasureClock>(_ => master?.Tell(new ReadMasterClock(ports.Clock.NodeNow)));
        Receive<MasterClockRead>(read =>
        {
            this.camera.Tell(new ClockMeasured(new ClockSample(read.SentAt, read.ReceivedAt, read.AnsweredAt, ports.Clock.NodeNow), masterAddress));

            // A few quick exchanges at first, so that a rig is in step seconds after it was switched on.
            if (++exchanges < FirstExchanges)
            {
                Timers.StartSingleTimer("first", MeasureClock.Instance, TimeSpan.FromMilliseconds(100));
            }
        });

        Receive<ClusterEvent.CurrentClusterState>(current =>
        {
            foreach (var member in current.Members.Where(m => m.Status == MemberStatus.Up))
            {
                FollowMaster(member);
            }
        });
        Receive<ClusterEvent.MemberUp>(up => FollowMaster(up.Member));
        Receive<ClusterEvent.MemberRemoved>(removed =>
        {
            if (removed.Member.Address.ToString() == masterAddress)
            {
                master = null;
            }
        });
        Receive<ClusterEvent.IClusterDomainEvent>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(CameraNodePorts ports, IRequiredActor<CameraActor> camera, IRequiredActor<SessionCoordinator> coordinator, RigSessionOptions options, PublishedRig rig) =>
        Props.Create(() => new GatewayActor(ports, camera, coordinator, options, rig));

    protected override void PreStart()
    {
        camera.Tell(new AttachGateway(Self));
        if (ports.IsMaster)
        {
            return;
        }

        Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer("clock", MeasureClock.Instance, ports.SyncOptions().Interval);
    }

    protected override void PostStop()
    {
        if (!ports.IsMaster)
        {
            Cluster.Get(Context.System).Unsubscribe(Self);
        }
    }

    /// <summary>What an ingest server may fetch: sealed takes that no server has confirmed, oldest first.</summary>
    internal static TransferProtocol.FinishedTakes FinishedTakesOf(CameraNodePorts ports) => new(
        ports.CameraId.Value,
        ports.BaseUrl,
        [
            .. ports.Catalogue.List()
                .Where(t => t.ConfirmedAt is null)
                .OrderBy(t => t.CreatedAt)
                .Select(t => new TransferProtocol.FinishedTake(t.Id.ToString(), t.Id.SessionId.Value, t.Id.CameraId.Value, t.Id.Take, t.SizeBytes, t.Sha256)),
        ])
    {
        MachineUrl = ports.MachineUrl(),
    };

    private void FollowMaster(Member member)
    {
        if (!member.HasRole(ClusterRoles.MasterClock))
        {
            return;
        }

        masterAddress = member.Address.ToString();
        master = Context.ActorSelection(new RootActorPath(member.Address) / "user" / "gateway");
        exchanges = 0;
        Self.Tell(MeasureClock.Instance);
    }

    // The local actor's address means nothing to other nodes, so its answer is passed on as this gateway's.
    // One that gives no answer leaves its asker to its own timeout.
    private void Relay(object message, TimeSpan timeout)
    {
        var asker = Sender;
        camera.Ask<object>(message, timeout).PipeTo(Self, success: answer => new Relayed(asker, answer), failure: _ => new Relayed(ActorRefs.Nobody, ""));
    }

    private sealed record Relayed(IActorRef Asker, object Answer) : INoSerializationVerificationNeeded;

    private sealed class MeasureClock : INoSerializationVerificationNeeded
    {
        public static readonly MeasureClock Instance = new();
    }
}

public static class GatewayActorExtensions
{
    /// <param name="camera">Of the process's local system.</param>
    public static AkkaConfigurationBuilder WithGatewayActor(
        this AkkaConfigurationBuilder builder, CameraNodePorts ports, IRequiredActor<CameraActor> camera, RigSessionOptions options, PublishedRig rig) => builder
        .WithActors((system, registry) =>
            system.ActorOf(GatewayActor.PropsOf(ports, camera, new RequiredActor<SessionCoordinator>(registry), options, rig), "gateway"));
}
