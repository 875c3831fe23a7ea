using Rig.Actors.Sessions;

namespace Rig.Actors.Pipeline;

/// <summary>
/// The pipeline of one server: one child for each session it was told of, which decides when the session is worked on, and the
/// workers, which do it. What is durable is in the <see cref="IWorkQueue"/>; a restart looks there and goes on.
/// </summary>
/// <remarks>
/// A session's child is kept for the server's life: it is a few hundred bytes, and a match comes some times a week.
/// docs/design/pipeline.md.
/// </remarks>
public sealed class PipelineActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    private readonly IWorkQueue queue;
    private readonly IReadOnlyList<CameraId> rig;
    private readonly IReadOnlyList<IPipelineStage> stages;
    private readonly PipelineOptions options;
    private readonly TimeProvider time;
    private readonly string server;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<IActorRef> workers = [];

    public PipelineActor(IWorkQueue queue, IReadOnlyList<CameraId> rig, IReadOnlyList<IPipelineStage> stages, PipelineOptions options, TimeProvider time, string server)
    {
        (this.queue, this.rig, this.stages, this.options, this.time, this.server) = (queue, rig, stages, options, time, server);
        Receive<PipelineProtocol.IWithSessionId>(message => SessionActor(message.SessionId).Forward(message));
        Receive<PipelineProtocol.WorkAvailable>(message => workers.ForEach(worker => worker.Tell(message)));
        Receive<Found>(found =>
        {
            foreach (var session in found.Sessions)
            {
                SessionActor(session).Tell(new PipelineProtocol.TakeReceived(session));
            }
        });
        Receive<LookFailed>(_ => Timers.StartSingleTimer("look", Look.Instance, RetryLook));
        Receive<Look>(_ => LookForSessions());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="rig">Cameras to expect where no manifest names them.</param>
    /// <param name="stages">One for every stage from <see cref="PipelineStage.Aligned"/> on.</param>
    /// <param name="server">Names this server in claims.</param>
    public static Props PropsFor(
        IWorkQueue queue, IReadOnlyList<CameraId> rig, IReadOnlyList<IPipelineStage> stages, PipelineOptions options, TimeProvider time, string server) =>
        Props.Create(() => new PipelineActor(queue, rig, stages, options, time, server));

    protected override void PreStart()
    {
        for (var number = 1; number <= options.Workers; number++)
        {
            workers.Add(Context.ActorOf(WorkerActor.PropsFor(queue, stages, options, time, $"{server}/{number}"), $"worker-{number}"));
        }

        LookForSessions();
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private IActorRef SessionActor(SessionId session)
    {
        var name = "session-" + session.Value;
        var child = Context.Child(name);
        return child.IsNobody() ? Context.ActorOf(SessionPipelineActor.PropsFor(session, queue, rig, options, time), name) : child;
    }

    private void LookForSessions() => queue.CollectingAsync(stopping.Token).PipeTo(
        Self, success: sessions => new Found(sessions), failure: cause => new LookFailed(cause));

    private sealed record Found(IReadOnlyList<SessionId> Sessions);

    private sealed record LookFailed(Exception Cause);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
