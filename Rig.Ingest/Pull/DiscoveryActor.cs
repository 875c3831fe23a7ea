using Microsoft.Extensions.Options;
using Rig.Actors.Membership;
using Rig.Domain.Messages;
using Rig.Hosting.Trust;

namespace Rig.Ingest.Pull;

/// <summary>
/// Lives in the cluster and asks the gateway of every camera member what it holds finished; the pull actor, which lives in this
/// server's own system and outlasts the cluster's, is told.
/// </summary>
public sealed class DiscoveryActor : ReceiveActor, IWithTimers
{
    private readonly HashSet<Address> members = [];
    private readonly PullOptions options;

    public DiscoveryActor(IRequiredActor<PullActor> pull, IOptions<PullOptions> options, RigTrust trust)
    {
        this.options = options.Value;
        Receive<ClusterEvent.MemberUp>(up =>
        {
            if (up.Member.HasRole(ClusterRoles.Camera))
            {
                members.Add(up.Member.Address);
                Ask(up.Member.Address);
            }
        });
        Receive<ClusterEvent.MemberRemoved>(removed => members.Remove(removed.Member.Address));
        Receive<ClusterEvent.IMemberEvent>(_ => { });
        Receive<AskDue>(_ =>
        {
            foreach (var member in members)
            {
                Ask(member);
            }
        });
        Receive<TransferProtocol.FinishedTakes>(listing => pull.ActorRef.Tell(new PullProtocol.MemberListed(
            trust.IsEnrolled && listing.MachineUrl is { } machineUrl ? listing with { BaseUrl = machineUrl } : listing)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(IRequiredActor<PullActor> pull, IOptions<PullOptions> options, RigTrust trust) => Props.Create(() => new DiscoveryActor(pull, options, trust));

    protected override void PreStart()
    {
        Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer("ask", AskDue.Instance, options.PollInterval, options.PollInterval);
    }

    protected override void PostStop() => Cluster.Get(Context.System).Unsubscribe(Self);

    private static void Ask(Address member) => Context.ActorSelection(member + TransferProtocol.GatewayPath).Tell(new TransferProtocol.GetFinishedTakes());

    private sealed record AskDue
    {
        public static readonly AskDue Instance = new();
    }
}

public static class DiscoveryActorExtensions
{
    /// <param name="pull">Of the process's local system.</param>
    public static AkkaConfigurationBuilder WithDiscoveryActor(this AkkaConfigurationBuilder builder, IRequiredActor<PullActor> pull, IOptions<PullOptions> options, RigTrust trust) =>
        builder.WithActors((system, _) => system.ActorOf(DiscoveryActor.PropsFor(pull, options, trust), "discovery"));
}
