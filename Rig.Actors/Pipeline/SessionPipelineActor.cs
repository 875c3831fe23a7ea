using Rig.Domain.Identity;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Actors.Pipeline;

/// <summary>
/// Walks one session from received to published. Its history in the journal is the only truth: each decision, each stage that is given
/// to a worker and each outcome is written down before anyone hears of it. What pages read is laid out after that.
/// </summary>
/// <remarks>
/// Several servers may each have an actor for the session. Only one of them can write the next event; the others find that out, by
/// failing to write or by hearing how far the history has come, and read it again. docs/design/pipeline.md.
/// </remarks>
public sealed class SessionPipelineActor : ReceivePersistentActor, IWithTimers
{
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    private readonly SessionId session;
    private readonly PipelineServices services;
    private readonly PipelineOptions options;
    private readonly CancellationTokenSource stopping = new();
    private readonly Guid incarnation = Guid.NewGuid();
    private SessionPipelineState state;
    private List<Question> asked = [];
    private List<Question> answering = [];
    private bool looking;
    private bool lookAgain;
    private bool showing;
    private bool showAgain;

    /// <summary>The attempt that a worker of this server works on.</summary>
    private Attempt? current;

    /// <summary>An offered worker, until its stage is written down as started or the offer is declined.</summary>
    private Attempt? preparing;

    public SessionPipelineActor(SessionId session, PipelineServices services)
    {
        (this.session, this.services) = (session, services);
        options = services.Options;
        state = new SessionPipelineState(session);
        Recover<IPipelineEvent>(@event => state = state.Apply(@event));
        Recover<RecoveryCompleted>(_ =>
        {
            Context.Parent.Tell(new PipelineProtocol.Recovered(session, RunningClaim));
            Show();
            StartLook();
        });
        Command<PipelineProtocol.TakeReceived>(_ => StartLook());
        Command<Look>(_ => StartLook());
        Command<Question>(question =>
        {
            asked.Add(question);
            StartLook();
        });
        Command<Looked>(looked => looked.By == incarnation, looked => Decide(looked.Value));
        Command<LookFailed>(failed => failed.By == incarnation, failed => Refuse(failed.Cause));
        Command<PipelineProtocol.WorkerOffered>(offer => Prepare(offer.Worker));
        Command<Prepared>(prepared => StartStage(prepared));
        Command<PipelineProtocol.StageUnderWay>(StageIsUnderWay);
        Command<PipelineProtocol.StageEnded>(EndStage);
        Command<PipelineProtocol.StageDropped>(dropped => Dropped(dropped.Claim));
        Command<AnnounceDue>(_ => Announce());
        Command<ShowDue>(_ => Show());
        Command<Shown>(shown => shown.By == incarnation, shown => EndShow(shown.Cause));
        // Answers to the incarnation before, whose mailbox this is.
        Command<IAnswer>(_ => { });
    }

    public override string PersistenceId => PersistenceIdOf(session);

    public ITimerScheduler Timers { get; set; } = null!;

    private string? RunningClaim => state.Next is { Status: StageStatus.Running } running ? running.Claim : null;

    private DateTimeOffset Now => services.Time.GetUtcNow();

    public static string PersistenceIdOf(SessionId session) => "pipeline-" + session.Value;

    public static Props PropsFor(SessionId session, PipelineServices services) => Props.Create(() => new SessionPipelineActor(session, services));

    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var question in answering.Concat(asked))
        {
            Self.Tell(question);
        }

        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        if (preparing is { } attempt)
        {
            _ = services.Leases.ReleaseAsync(session, attempt.Claim, CancellationToken.None);
        }

        stopping.Cancel();
        stopping.Dispose();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Warning("{0} of {1} is not written down; its history is read again: {2}", @event.GetType().Name, session, cause.Message);

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Log.Warning("The history of {0} cannot be read; it is tried again: {1}", session, reason.Message);

    private void StartLook()
    {
        if (looking)
        {
            lookAgain = true;
            return;
        }

        looking = true;
        services.Store.LookAsync(session, stopping.Token).PipeTo(Self, success: look => new Looked(incarnation, look), failure: cause => new LookFailed(incarnation, cause));
    }

    private void Decide(SessionLook look)
    {
        MustKnow(look.HighestSequenceNr);
        (answering, asked) = (asked, []);
        if (look.Takes.Count == 0)
        {
            Answer(_ => new PipelineProtocol.Refused(session, $"There is no session '{session}' with a recording.", NotFound: true));
            EndLook();
            return;
        }

        var decision = state.Decide(look.Takes, [.. answering.Select(question => question.Command)], services.Rig, options.QuietPeriod, Now);
        Write(decision.Events, () =>
        {
            // What is written down will happen, even if this server ends now.
            Answer(index => decision.Refusals[index] is { } refusal ? new PipelineProtocol.Refused(session, refusal) : new PipelineProtocol.Accepted(session));
            if (decision.LookAgainIn is { } wait)
            {
                Timers.StartSingleTimer("look", Look.Instance, wait);
            }

            EndLook();
        });
    }

    private void EndLook()
    {
        looking = false;
        Context.Parent.Tell(new PipelineProtocol.Healthy(session));
        if (lookAgain || asked.Count > 0)
        {
            lookAgain = false;
            StartLook();
        }
    }

    private void Refuse(Exception cause)
    {
        Log.Warning("The database does not answer for {0}; it is asked again: {1}", session, cause.Message);
        (answering, asked) = (asked, []);
        Answer(_ => new PipelineProtocol.Refused(session, "The database does not answer. Start PostgreSQL and try again."));
        (looking, lookAgain) = (false, false);
        Timers.StartSingleTimer("look", Look.Instance, RetryLook);
    }

    private void Answer(Func<int, object> reply)
    {
        for (var index = 0; index < answering.Count; index++)
        {
            answering[index].Asker.Tell(reply(index));
            Context.Parent.Tell(new Answered(session, answering[index].Number));
        }

        answering = [];
    }

    /// <summary>Writes the events down as one; what follows from them comes after that.</summary>
    private void Write(IReadOnlyList<IPipelineEvent> events, Action then)
    {
        PersistAll(events, @event => state = state.Apply(@event));
        DeferAsync(events, written =>
        {
            if (current is { } attempt && attempt.Claim != RunningClaim)
            {
                // Done, or replaced by a new run.
                attempt.Worker.Tell(new PipelineProtocol.WorkOnly(session, RunningClaim));
                Context.Unwatch(attempt.Worker);
                current = null;
            }

            then();
            if (written.Count > 0)
            {
                Context.Parent.Tell(new PipelineProtocol.Healthy(session));
                Show();
            }

            Announce();
        });
    }

    /// <summary>Asks for a worker, if there is something for one to do.</summary>
    private void Announce()
    {
        if (state.Next is not { Status: StageStatus.Queued or StageStatus.Running } next || current is not null || preparing is not null)
        {
            return;
        }

        if (next.RetryAt - Now is { } wait && wait > TimeSpan.Zero)
        {
            Timers.StartSingleTimer("announce", AnnounceDue.Instance, wait);
            return;
        }

        Context.Parent.Tell(new PipelineProtocol.StageDue(session, state.QueuedAt ?? Now));
    }

    private void Prepare(IActorRef worker)
    {
        if (state.Next is not { Status: StageStatus.Queued or StageStatus.Running } || current is not null || preparing is not null)
        {
            Context.Parent.Tell(new PipelineProtocol.OfferDeclined(session, worker));
            return;
        }

        var attempt = preparing = new Attempt(worker, $"{services.Server}/{Guid.NewGuid():N}");
        PrepareAsync(attempt.Claim).PipeTo(Self, failure: cause => new Prepared(attempt.Claim, null, null, cause));
    }

    private async Task<Prepared> PrepareAsync(string claim)
    {
        var results = state.Results;
        var answer = await services.Leases.TryAcquireAsync(session, claim, options.Lease, stopping.Token);
        return new Prepared(claim, answer, answer.IsHeld ? await services.Store.ContextAsync(session, results, stopping.Token) : null, null);
    }

    /// <summary>The lease is held, so nobody else works on the session: whoever did so before has ended or died.</summary>
    private void StartStage(Prepared prepared)
    {
        if (preparing is not { } attempt || attempt.Claim != prepared.Claim)
        {
            return;
        }

        MustKnow(prepared.Answer?.HighestSequenceNr ?? 0);
        if (prepared.Context is not { } context || state.Next is not { Status: StageStatus.Queued or StageStatus.Running } next)
        {
            Decline(attempt, prepared.Cause is null ? options.PollInterval : RetryLook);
            return;
        }

        var start = state.Start(attempt.Claim, options.MaxAttempts, Now);
        Write([start], () =>
        {
            if (start is not StageStarted started)
            {
                Decline(attempt, options.PollInterval);
                return;
            }

            (preparing, current) = (null, attempt);
            Context.WatchWith(attempt.Worker, new PipelineProtocol.StageDropped(session, attempt.Claim));
            attempt.Worker.Tell(new StageJob(started.Stage, started.Run, started.Attempt, started.Claim, context with { Results = state.Results }));
        });
    }

    private void Decline(Attempt attempt, TimeSpan pause)
    {
        preparing = null;
        _ = services.Leases.ReleaseAsync(session, attempt.Claim, stopping.Token);
        Context.Parent.Tell(new PipelineProtocol.OfferDeclined(session, attempt.Worker));
        Timers.StartSingleTimer("announce", AnnounceDue.Instance, pause);
    }

    private void StageIsUnderWay(PipelineProtocol.StageUnderWay report)
    {
        if (report.Claim == RunningClaim && current is null && preparing is null)
        {
            // From before this actor's own restart.
            current = new Attempt(Sender, report.Claim);
            Context.WatchWith(Sender, new PipelineProtocol.StageDropped(session, report.Claim));
        }
        else if (report.Claim != RunningClaim)
        {
            Sender.Tell(new PipelineProtocol.WorkOnly(session, RunningClaim));
        }

        MustKnow(report.HighestSequenceNr);
    }

    private void EndStage(PipelineProtocol.StageEnded ended)
    {
        var worker = Sender;
        if (state.Ended(ended.Claim, ended.End, Now) is not { } outcome)
        {
            worker.Tell(new PipelineProtocol.StageNoted(ended.Claim));
            return;
        }

        if (current is { } attempt)
        {
            Context.Unwatch(attempt.Worker);
            current = null;
        }

        Write([outcome], () => worker.Tell(new PipelineProtocol.StageNoted(ended.Claim)));
    }

    private void Dropped(string claim)
    {
        if (current?.Claim == claim)
        {
            Context.Unwatch(current.Worker);
            current = null;
        }

        Announce();
    }

    private void Show()
    {
        if (showing)
        {
            showAgain = true;
            return;
        }

        showing = true;
        services.Store.ShowAsync(state, LastSequenceNr, stopping.Token).PipeTo(Self, success: () => new Shown(incarnation, null), failure: cause => new Shown(incarnation, cause));
    }

    private void EndShow(Exception? cause)
    {
        showing = false;
        if (cause is not null)
        {
            Log.Warning("Pages do not see the newest of {0} yet: {1}", session, cause.Message);
            showAgain = false;
            Timers.StartSingleTimer("show", ShowDue.Instance, RetryLook);
        }
        else if (showAgain)
        {
            showAgain = false;
            Show();
        }
    }

    /// <exception cref="HistoryMovedOnException">There are events that this actor has not read.</exception>
    private void MustKnow(long highestSequenceNr)
    {
        if (highestSequenceNr > LastSequenceNr)
        {
            throw new HistoryMovedOnException($"The history of {session} has {highestSequenceNr} events; {LastSequenceNr} are known.");
        }
    }

    /// <param name="Number">The parent's, which asks the next actor when this one ends before it has answered.</param>
    /// <param name="Asker">Gets <see cref="PipelineProtocol.Accepted"/> or <see cref="PipelineProtocol.Refused"/>.</param>
    public sealed record Question(long Number, PipelineCommand Command, IActorRef Asker);

    public sealed record Answered(SessionId SessionId, long Number);

    private sealed record Attempt(IActorRef Worker, string Claim);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }

    private sealed record AnnounceDue
    {
        public static readonly AnnounceDue Instance = new();
    }

    private sealed record ShowDue
    {
        public static readonly ShowDue Instance = new();
    }

    private interface IAnswer;

    private sealed record Looked(Guid By, SessionLook Value) : IAnswer;

    private sealed record LookFailed(Guid By, Exception Cause) : IAnswer;

    private sealed record Prepared(string Claim, LeaseAnswer? Answer, StageContext? Context, Exception? Cause);

    private sealed record Shown(Guid By, Exception? Cause) : IAnswer;
}
