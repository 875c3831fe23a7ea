using Rig.Actors.Sessions;

namespace Rig.Actors.Pipeline;

/// <summary>
/// The pipeline of one server: one child for each session it was told of, which decides what happens to it, and the workers, which
/// do it. A session's history is in the journal and its work in the <see cref="IWorkQueue"/>; a restart looks there and goes on.
/// </summary>
/// <remarks>
/// A session's child is kept for the server's life: it is a few hundred bytes, and a match comes some times a week. One that
/// stopped, because the journal could not be written or read, is started again after a pause. docs/design/pipeline.md.
/// </remarks>
public sealed class PipelineActor : ReceiveActor, IWithTimers
{
    private const int WokenAtATime = 10;

    private static readonly TimeSpan WakePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    /// <summary>Another server may have ended in the middle of a session that is not its own any more.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly IWorkQueue queue;
    private readonly IReadOnlyList<CameraId> rig;
    private readonly IReadOnlyList<IPipelineStage> stages;
    private readonly PipelineOptions options;
    private readonly TimeProvider time;
    private readonly string server;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<IActorRef> workers = [];
    private readonly Dictionary<SessionId, Session> sessions = [];

    public PipelineActor(IWorkQueue queue, IReadOnlyList<CameraId> rig, IReadOnlyList<IPipelineStage> stages, PipelineOptions options, TimeProvider time, string server)
    {
        (this.queue, this.rig, this.stages, this.options, this.time, this.server) = (queue, rig, stages, options, time, server);
        Receive<PipelineProtocol.IWithSessionId>(message => Forward(SessionOf(message.SessionId), message));
        Receive<PipelineProtocol.WorkAvailable>(message => workers.ForEach(worker => worker.Tell(message)));
        Receive<SessionPipelineActor.AtRest>(rest => SessionOf(rest.SessionId).Failures = 0);
        Receive<SessionPipelineActor.AskAgain>(again => SessionOf(again.Message.SessionId).Unanswered.Add((again.Message, Sender)));
        Receive<Ended>(ended =>
        {
            var session = SessionOf(ended.SessionId);
            session.Actor = null;
            var pause = ShortestPause * Math.Pow(2, Math.Min(session.Failures++, 10));
            Timers.StartSingleTimer(ended.SessionId, new StartAgain(ended.SessionId), pause < LongestPause ? pause : LongestPause);
        });
        Receive<StartAgain>(again => Start(SessionOf(again.SessionId)));
        Receive<Found>(found => WakeSome(found.Sessions));
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

    private Session SessionOf(SessionId id)
    {
        if (!sessions.TryGetValue(id, out var session))
        {
            sessions.Add(id, session = new Session(id));
            Start(session);
        }

        return session;
    }

    private void Start(Session session)
    {
        session.Actor = Context.ActorOf(SessionPipelineActor.PropsFor(session.Id, queue, rig, options, time), "session-" + session.Id.Value);
        Context.WatchWith(session.Actor, new Ended(session.Id));
        foreach (var (message, asker) in session.Unanswered)
        {
            session.Actor.Tell(message, asker);
        }

        session.Unanswered.Clear();
    }

    private static void Forward(Session session, PipelineProtocol.IWithSessionId message)
    {
        if (session.Actor is { } actor)
        {
            actor.Forward(message);
        }
        else if (message is PipelineProtocol.ProcessSession or PipelineProtocol.RetrySession)
        {
            Context.Sender.Tell(new PipelineProtocol.Refused(session.Id, "The database does not answer. Start PostgreSQL and try again."));
        }
    }

    /// <summary>After an upgrade or a long pause many are found; a few at a time leave the database to others.</summary>
    private void WakeSome(IReadOnlyList<SessionId> found)
    {
        foreach (var session in found.Take(WokenAtATime))
        {
            Forward(SessionOf(session), new PipelineProtocol.TakeReceived(session));
        }

        if (found.Count > WokenAtATime)
        {
            Timers.StartSingleTimer("look", new Found([.. found.Skip(WokenAtATime)]), WakePause);
        }
        else
        {
            Timers.StartSingleTimer("look", Look.Instance, LookInterval);
        }
    }

    private void LookForSessions() => queue.UnsettledAsync(stopping.Token).PipeTo(
        Self, success: found => new Found(found), failure: cause => new LookFailed(cause));

    private sealed class Session(SessionId id)
    {
        public SessionId Id { get; } = id;

        /// <summary>Null from its end until it is started again; it looks by itself then.</summary>
        public IActorRef? Actor { get; set; }

        public int Failures { get; set; }

        /// <summary>At most what one actor lets wait.</summary>
        public List<(object Message, IActorRef Asker)> Unanswered { get; } = [];
    }

    private sealed record Ended(SessionId SessionId);

    private sealed record StartAgain(SessionId SessionId);

    private sealed record Found(IReadOnlyList<SessionId> Sessions);

    private sealed record LookFailed(Exception Cause);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
