using Akka.Cluster.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Actors.Sessions;

/// <summary>
/// The one coordinator of the rig, a cluster singleton among the camera nodes: starts and stops sessions on all cameras at one
/// instant. <see cref="SessionState"/> decides; this sends, waits and answers.
/// </summary>
/// <remarks>
/// It keeps nothing on disk: gateways report twice a second, so a coordinator that takes over knows the running session, or the one that
/// was cut off, within a second. Until every expected camera was heard, or the gathering time is over, orders wait.
/// </remarks>
public sealed class SessionCoordinator : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private static readonly TimeSpan GatheringTime = TimeSpan.FromSeconds(3);

    private readonly MasterClock clock;
    private readonly Dictionary<CameraId, IActorRef> gateways = [];
    private readonly Dictionary<string, List<IActorRef>> askers = [];
    private readonly WaitingOrders waiting = new();
    private SessionState state;

    public SessionCoordinator(RigSessionOptions options, IReadOnlyList<CameraId> expected, MasterClock clock)
    {
        this.clock = clock;
        state = new SessionState(options, [.. expected]);
        Gathering();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    public static Props PropsOf(RigSessionOptions options, IReadOnlyList<CameraId> expected, MasterClock clock) =>
        Props.Create(() => new SessionCoordinator(options, expected, clock));

    protected override void PreStart() => Timers.StartSingleTimer("gathered", Gathered.Instance, GatheringTime);

    private void Gathering()
    {
        Receive<NodeReport>(report =>
        {
            Hear(report);
            if (state.AllExpectedHeard)
            {
                Ready();
            }
        });
        Receive<Gathered>(_ => Ready());
        Receive<StartSession>(_ => KeepForLater());
        Receive<StopSession>(_ => KeepForLater());
        AnswerQuestions();
    }

    private void Ready()
    {
        Timers.Cancel("gathered");
        state = state with { MayResume = true };
        Become(Coordinating);
        waiting.Release(Stash);
    }

    private void KeepForLater() => waiting.Keep(
        Stash, () => Sender.Tell(new SessionRefused(ProblemCodes.Busy, "The rig is just looking for its cameras, and has many orders waiting. Try again in a moment.", [])));

    private void Coordinating()
    {
        Receive<NodeReport>(Hear);
        Receive<StartSession>(start =>
        {
            Expect(start.RequestId);
            Carry(state.Start(start, clock.MasterNow));
        });
        Receive<StopSession>(stop =>
        {
            Expect(stop.RequestId);
            Carry(state.Stop(stop, clock.MasterNow));
        });
        Receive<Gathered>(_ => { });
        AnswerQuestions();
    }

    private void AnswerQuestions()
    {
        Receive<CommandAnswered>(answered => Carry(state.Answered(answered.CameraId, answered.CommandId, answered.Answer, clock.MasterNow)));
        Receive<CommandUnanswered>(silent => Carry(state.Silent(silent.CameraId, silent.CommandId, clock.MasterNow)));
        Receive<GetSessions>(_ => Sender.Tell(state.Sessions()));
    }

    private void Hear(NodeReport report)
    {
        gateways[report.CameraId] = Sender;
        Carry(state.Reported(report, clock.MasterNow));
        Sender.Tell(state.View(clock.MasterNow));
    }

    // Everyone who asks with one request id gets the one answer.
    private void Expect(string requestId)
    {
        if (!askers.TryGetValue(requestId, out var waiting))
        {
            askers[requestId] = waiting = [];
        }

        waiting.Add(Sender);
    }

    private void Carry(Step step)
    {
        if (step.State.Current?.Phase != state.Current?.Phase)
        {
            Context.GetLogger().Info(
                "Session {0}: {1}", (step.State.Current ?? state.Current)!.Id, step.State.Current?.Phase.ToString() ?? step.State.History.FirstOrDefault()?.Phase.ToString() ?? "gone");
        }

        state = step.State;
        foreach (var effect in step.Effects)
        {
            switch (effect)
            {
                case SessionEffect.Command command:
                    Send(command);
                    break;
                case SessionEffect.Answer answer when askers.Remove(answer.RequestId, out var waiting):
                    waiting.ForEach(asker => asker.Tell(answer.Message));
                    break;
                default:
                    break;
            }
        }
    }

    private void Send(SessionEffect.Command command)
    {
        var gateway = gateways.GetValueOrDefault(command.CameraId, ActorRefs.Nobody);
        gateway.Ask<object>(command.Message, command.Timeout).PipeTo(
            Self,
            success: answer => answer is Status.Failure
                ? new CommandUnanswered(command.CameraId, command.CommandId)
                : new CommandAnswered(command.CameraId, command.CommandId, answer),
            failure: _ => new CommandUnanswered(command.CameraId, command.CommandId));
    }

    private sealed class Gathered : INoSerializationVerificationNeeded
    {
        public static readonly Gathered Instance = new();
    }

    private sealed record CommandAnswered(CameraId CameraId, long CommandId, object Answer) : INoSerializationVerificationNeeded;

    private sealed record CommandUnanswered(CameraId CameraId, long CommandId) : INoSerializationVerificationNeeded;
}

public static class SessionCoordinatorExtensions
{
    private const string Name = "session";

    // Orders that wait for a coordinator that has moved.
    private const int ProxyBuffer = 100;

    /// <summary>The rig's one coordinator, on the oldest camera of the cluster, and on each camera the way to it.</summary>
    /// <param name="expected">The cameras that a rig consists of.</param>
    public static AkkaConfigurationBuilder WithSessionCoordinator(
        this AkkaConfigurationBuilder builder, RigSessionOptions options, IReadOnlyList<CameraId> expected, MasterClock clock) => builder
        .WithSingleton<SessionCoordinator>(
            Name,
            (_, _, _) => SessionCoordinator.PropsOf(options, expected, clock),
            new ClusterSingletonOptions { Role = ClusterRoles.Camera, BufferSize = ProxyBuffer, TerminationMessage = PoisonPill.Instance });
}
