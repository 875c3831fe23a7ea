using Rig.Actors.Sessions;
using static Rig.Actors.Pipeline.PipelineEvents;

namespace Rig.Actors.Pipeline;

/// <summary>
/// Walks one session from received to pushed. Its history is in the journal; the work itself is in the <see cref="IWorkQueue"/>,
/// where any worker of any server takes it.
/// </summary>
/// <remarks>
/// Every look reads the queue, <see cref="SessionPipelineState"/> decides, the events are written, and only then the queue is told.
/// One round at a time; what comes meanwhile asks for another. If a write fails, perhaps because the same session's actor on
/// another server wrote first, the actor stops, and its parent starts it again on the newer history. docs/design/pipeline.md.
/// </remarks>
public sealed class SessionPipelineActor : ReceivePersistentActor, IWithTimers
{
    private const int MaxAsked = 100;

    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    private readonly SessionId session;
    private readonly IWorkQueue queue;
    private readonly IReadOnlyList<CameraId> rig;
    private readonly PipelineOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private SessionPipelineState state;
    private List<Question> asked = [];
    private List<Question> answering = [];
    private bool looking;
    private bool lookAgain;

    public SessionPipelineActor(SessionId session, IWorkQueue queue, IReadOnlyList<CameraId> rig, PipelineOptions options, TimeProvider time)
    {
        (this.session, this.queue, this.rig, this.options, this.time) = (session, queue, rig, options, time);
        state = new SessionPipelineState(session);
        Recover<IPipelineEvent>(@event => state = state.Apply(@event));
        Recover<RecoveryCompleted>(_ => StartLook());
        Command<PipelineProtocol.TakeReceived>(_ => StartLook());
        Command<PipelineProtocol.StageSettled>(_ => StartLook());
        Command<Look>(_ => StartLook());
        Command<PipelineProtocol.ProcessSession>(message => Ask(message, PipelineCommand.Process));
        Command<PipelineProtocol.RetrySession>(message => Ask(message, PipelineCommand.Retry));
        Command<Looked>(looked => Decide(looked.Work));
        Command<Acted>(acted => EndLook(acted.Effect));
        Command<Failed>(failed =>
        {
            Log.Warning("The work queue does not answer for {0}; it is asked again: {1}", session, failed.Cause.Message);
            (answering, asked) = (asked, []);
            Answer(_ => new PipelineProtocol.Refused(session, "The database does not answer. Start PostgreSQL and try again."));
            (looking, lookAgain) = (false, false);
            Timers.StartSingleTimer("look", Look.Instance, RetryLook);
        });
    }

    public override string PersistenceId => PersistenceIdOf(session);

    public ITimerScheduler Timers { get; set; } = null!;

    public static string PersistenceIdOf(SessionId session) => "pipeline-" + session.Value;

    public static Props PropsFor(SessionId session, IWorkQueue queue, IReadOnlyList<CameraId> rig, PipelineOptions options, TimeProvider time) =>
        Props.Create(() => new SessionPipelineActor(session, queue, rig, options, time));

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Log.Warning("{0} of {1} is not written down; its history is read again: {2}", @event.GetType().Name, session, cause.Message);
        foreach (var question in answering.Concat(asked))
        {
            Context.Parent.Tell(new AskAgain(question.Message), question.Asker);
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Log.Warning("The history of {0} cannot be read; it is tried again: {1}", session, reason.Message);

    private void Ask(PipelineProtocol.IWithSessionId message, PipelineCommand command)
    {
        if (asked.Count >= MaxAsked)
        {
            Sender.Tell(new PipelineProtocol.Refused(session, "Too many requests for this session wait already. Try again in a moment."));
            return;
        }

        asked.Add(new Question(message, command, Sender));
        StartLook();
    }

    private void StartLook()
    {
        if (looking)
        {
            lookAgain = true;
            return;
        }

        looking = true;
        queue.LookAsync(session, stopping.Token).PipeTo(Self, success: work => new Looked(work), failure: cause => new Failed(cause));
    }

    private void Decide(SessionWork? work)
    {
        (answering, asked) = (asked, []);
        if (work is null)
        {
            Answer(_ => new PipelineProtocol.Refused(session, $"There is no session '{session}' with a recording.", NotFound: true));
            EndLook(PipelineEffect.None);
            return;
        }

        var decision = state.Decide(work, [.. answering.Select(question => question.Command)], rig, options.QuietPeriod, time.GetUtcNow());
        PersistAll(decision.Events, @event => state = state.Apply(@event));
        DeferAsync(decision, made =>
        {
            // What is written down will happen, even if this server ends now.
            Answer(index => made.Refusals[index] is { } refusal ? new PipelineProtocol.Refused(session, refusal) : new PipelineProtocol.Accepted(session));
            if (made.LookAgainIn is { } wait)
            {
                Timers.StartSingleTimer("look", Look.Instance, wait);
            }

            Act(state.EffectOn(work));
        });
    }

    private void Act(PipelineEffect effect)
    {
        var telling = effect switch
        {
            PipelineEffect.Queue => queue.QueueAsync(session, state.Run, state.Reason!.Value, stopping.Token),
            PipelineEffect.Retry => queue.RetryAsync(session, state.Run, state.Retries, stopping.Token),
            PipelineEffect.Settle => queue.SettleAsync(session, state.Run, state.Retries, stopping.Token),
            _ => Task.CompletedTask,
        };
        telling.PipeTo(Self, success: () => new Acted(effect), failure: cause => new Failed(cause));
    }

    private void EndLook(PipelineEffect effect)
    {
        looking = false;
        if (effect is PipelineEffect.Queue or PipelineEffect.Retry)
        {
            Context.Parent.Tell(PipelineProtocol.WorkAvailable.Instance);
            lookAgain = true;
        }

        if (lookAgain || asked.Count > 0)
        {
            lookAgain = false;
            StartLook();
            return;
        }

        Context.Parent.Tell(new AtRest(session));
    }

    private void Answer(Func<int, object> reply)
    {
        for (var index = 0; index < answering.Count; index++)
        {
            answering[index].Asker.Tell(reply(index));
        }

        answering = [];
    }

    /// <summary>To the parent: the session's actor has nothing left to do.</summary>
    public sealed record AtRest(SessionId SessionId);

    /// <summary>To the parent, with the asker as sender: put the question to the actor that comes after this one.</summary>
    public sealed record AskAgain(PipelineProtocol.IWithSessionId Message);

    private sealed record Question(PipelineProtocol.IWithSessionId Message, PipelineCommand Command, IActorRef Asker);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }

    private sealed record Looked(SessionWork? Work);

    private sealed record Acted(PipelineEffect Effect);

    private sealed record Failed(Exception Cause);
}
