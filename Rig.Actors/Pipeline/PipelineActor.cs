using Rig.Domain.Identity;

namespace Rig.Actors.Pipeline;

/// <summary>
/// The pipeline of one server: one child for each session it was told of, which decides what happens to it, and the workers, which
/// ask for work and are each given to the session that has waited longest. Keeps nothing that a restart would miss: histories
/// are in the journal.
/// </summary>
/// <remarks>
/// A session's child is kept for the server's life: it is a few hundred bytes, and a match comes some times a week. One that
/// stopped, because the journal could not be written or read, is started again after a pause. docs/design/pipeline.md.
/// </remarks>
public sealed class PipelineActor : ReceiveActor, IWithTimers
{
    private const int WokenAtATime = 10;

    /// <summary>So many requests of one session wait for their answers.</summary>
    private const int MaxAsked = 100;

    /// <summary>A session's actor that ended more often in a row is up against a database that is away, not against another server.</summary>
    private const int MaxQuietFailures = 3;

    private static readonly TimeSpan WakePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    /// <summary>Another server may have ended in the middle of a session that is not its own any more.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly PipelineServices services;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<SessionId, Session> sessions = [];
    private readonly Dictionary<SessionId, DateTimeOffset> due = [];
    private readonly HashSet<IActorRef> idle = [];

    /// <summary>Workers that were offered to a session, until they ask for work again.</summary>
    private readonly Dictionary<IActorRef, SessionId> given = [];

    private long asked;

    public PipelineActor(PipelineServices services)
    {
        this.services = services;
        Receive<PipelineProtocol.ProcessSession>(message => Ask(SessionOf(message.SessionId), PipelineCommand.Process));
        Receive<PipelineProtocol.RetrySession>(message => Ask(SessionOf(message.SessionId), PipelineCommand.Retry));
        Receive<PipelineProtocol.CancelStage>(message => Ask(SessionOf(message.SessionId), new PipelineCommand.Cancel(message.By)));
        Receive<SessionPipelineActor.Answered>(answered => SessionOf(answered.SessionId).Asked.Remove(answered.Number));
        Receive<PipelineProtocol.IWithSessionId>(message => Forward(SessionOf(message.SessionId), message));
        Receive<PipelineProtocol.WorkWanted>(_ => SetIdle(Sender));
        Receive<PipelineProtocol.OfferDeclined>(declined => SetIdle(declined.Worker));
        Receive<PipelineProtocol.StageDue>(stage =>
        {
            due[stage.SessionId] = stage.Since;
            Match();
        });
        Receive<PipelineProtocol.Recovered>(Reconcile);
        Receive<PipelineProtocol.Healthy>(healthy => SessionOf(healthy.SessionId).Failures = 0);
        Receive<SessionEnded>(ended => Restart(SessionOf(ended.SessionId)));
        Receive<StartAgain>(again => Start(SessionOf(again.SessionId)));
        Receive<WorkerEnded>(ended =>
        {
            idle.Remove(ended.Worker);
            given.Remove(ended.Worker);
            StartWorker();
        });
        Receive<Found>(found => WakeSome(found.Sessions));
        Receive<LookFailed>(_ => Timers.StartSingleTimer("look", Look.Instance, RetryLook));
        Receive<Look>(_ => LookForSessions());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(PipelineServices services) => Props.Create(() => new PipelineActor(services));

    /// <summary>A session that finds its history longer than it knew reads it again and keeps its mailbox. Anything else that ends is restarted, from here.</summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(cause => cause is HistoryMovedOnException ? Directive.Restart : Directive.Stop, loggingEnabled: false);

    protected override void PreStart()
    {
        for (var number = 1; number <= services.Options.Workers; number++)
        {
            StartWorker();
        }

        LookForSessions();
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void StartWorker()
    {
        var worker = Context.ActorOf(WorkerActor.PropsFor(services.Store, services.Leases, services.Stages, services.Options));
        Context.WatchWith(worker, new WorkerEnded(worker));
    }

    private void SetIdle(IActorRef worker)
    {
        given.Remove(worker);
        idle.Add(worker);
        Match();
    }

    private void Match()
    {
        while (idle.Count > 0 && due.Count > 0)
        {
            var session = due.MinBy(each => each.Value).Key;
            due.Remove(session);
            if (SessionOf(session).Actor is { } actor)
            {
                var worker = idle.First();
                idle.Remove(worker);
                given[worker] = session;
                actor.Tell(new PipelineProtocol.WorkerOffered(worker));
            }
        }
    }

    /// <summary>A session's actor has come to know its history: a worker of this server that works on anything else of it stops.</summary>
    private void Reconcile(PipelineProtocol.Recovered recovered)
    {
        var workers = given.Where(each => each.Value == recovered.SessionId).Select(each => each.Key).ToList();
        foreach (var worker in workers)
        {
            worker.Tell(new PipelineProtocol.WorkOnly(recovered.SessionId, recovered.Claim));
        }

        if (workers.Count == 0 && recovered.Claim is { } claim)
        {
            Sender.Tell(new PipelineProtocol.StageDropped(recovered.SessionId, claim));
        }
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
        session.Actor = Context.ActorOf(SessionPipelineActor.PropsFor(session.Id, services), "session-" + session.Id.Value);
        Context.WatchWith(session.Actor, new SessionEnded(session.Id));
        foreach (var question in session.Asked.Values)
        {
            session.Actor.Tell(question);
        }
    }

    private void Restart(Session session)
    {
        session.Actor = null;
        due.Remove(session.Id);
        if (session.Failures >= MaxQuietFailures)
        {
            foreach (var question in session.Asked.Values)
            {
                Refuse(session, question.Asker);
            }

            session.Asked.Clear();
        }

        var pause = ShortestPause * Math.Pow(2, Math.Min(session.Failures++, 10));
        Timers.StartSingleTimer(session.Id, new StartAgain(session.Id), pause < LongestPause ? pause : LongestPause);
    }

    /// <summary>Kept until it is answered: the actor that was asked may end, and the next one is asked then.</summary>
    private void Ask(Session session, PipelineCommand command)
    {
        if (session.Asked.Count >= MaxAsked)
        {
            Sender.Tell(new PipelineProtocol.Refused(session.Id, "Too many requests for this session wait already. Try again in a moment."));
        }
        else if (session.Actor is null && session.Failures > MaxQuietFailures)
        {
            Refuse(session, Sender);
        }
        else
        {
            var question = new SessionPipelineActor.Question(++asked, command, Sender);
            session.Asked.Add(question.Number, question);
            session.Actor?.Tell(question);
        }
    }

    private static void Refuse(Session session, IActorRef asker) =>
        asker.Tell(new PipelineProtocol.Refused(session.Id, "The database does not answer. Start PostgreSQL and try again."));

    private static void Forward(Session session, PipelineProtocol.IWithSessionId message) => session.Actor?.Forward(message);

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

    private void LookForSessions() => services.Store.UnfinishedAsync(stopping.Token).PipeTo(
        Self, success: found => new Found(found), failure: cause => new LookFailed(cause));

    private sealed class Session(SessionId id)
    {
        public SessionId Id { get; } = id;

        /// <summary>Null from its end until it is started again; it looks by itself then.</summary>
        public IActorRef? Actor { get; set; }

        public int Failures { get; set; }

        /// <summary>By number, in their order.</summary>
        public SortedDictionary<long, SessionPipelineActor.Question> Asked { get; } = [];
    }

    private sealed record SessionEnded(SessionId SessionId);

    private sealed record WorkerEnded(IActorRef Worker);

    private sealed record StartAgain(SessionId SessionId);

    private sealed record Found(IReadOnlyList<SessionId> Sessions);

    private sealed record LookFailed(Exception Cause);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
