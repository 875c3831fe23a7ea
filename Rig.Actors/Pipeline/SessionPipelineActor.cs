using Rig.Actors.Sessions;

namespace Rig.Actors.Pipeline;

/// <summary>Decides when one session is worked on: when it is complete, when nothing more comes, or when the operator says so.</summary>
/// <remarks>
/// It keeps nothing: every look reads the takes again and <see cref="SessionReadiness"/> decides, so a restart, a late take
/// and a second server change nothing. One look or change at a time; what comes meanwhile asks for another look.
/// </remarks>
public sealed class SessionPipelineActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(2);

    private readonly SessionId session;
    private readonly IWorkQueue queue;
    private readonly IReadOnlyList<CameraId> rig;
    private readonly PipelineOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private bool looking;
    private bool lookAgain;

    public SessionPipelineActor(SessionId session, IWorkQueue queue, IReadOnlyList<CameraId> rig, PipelineOptions options, TimeProvider time)
    {
        (this.session, this.queue, this.rig, this.options, this.time) = (session, queue, rig, options, time);
        Receive<PipelineProtocol.TakeReceived>(_ => StartLook());
        Receive<Look>(_ => StartLook());
        Receive<Looked>(looked => Decide(looked.Takes));
        Receive<Queued>(_ => EndLook(workAvailable: true));
        Receive<Failed>(_ =>
        {
            EndLook(workAvailable: false);
            Timers.StartSingleTimer("look", Look.Instance, RetryLook);
        });
        Receive<PipelineProtocol.ProcessSession>(_ => Answer(ProcessAsync()));
        Receive<PipelineProtocol.RetrySession>(_ => Answer(RetryAsync()));
        Receive<Answered>(answered =>
        {
            answered.Asker.Tell(answered.Reply);
            if (answered.Reply is PipelineProtocol.Accepted)
            {
                Context.Parent.Tell(PipelineProtocol.WorkAvailable.Instance);
            }
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(SessionId session, IWorkQueue queue, IReadOnlyList<CameraId> rig, PipelineOptions options, TimeProvider time) =>
        Props.Create(() => new SessionPipelineActor(session, queue, rig, options, time));

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void StartLook()
    {
        if (looking)
        {
            lookAgain = true;
            return;
        }

        looking = true;
        queue.TakesAsync(session, stopping.Token).PipeTo(Self, success: takes => new Looked(takes), failure: cause => new Failed(cause));
    }

    private void Decide(SessionTakes? takes)
    {
        if (takes is null)
        {
            EndLook(workAvailable: false);
            return;
        }

        var readiness = SessionReadiness.Decide(takes, rig, options.QuietPeriod, time.GetUtcNow());
        switch (readiness.Kind)
        {
            case ReadinessKind.Complete or ReadinessKind.Quiet:
                var reason = readiness.Kind == ReadinessKind.Complete ? QueueReason.Complete : QueueReason.Quiet;
                queue.QueueAsync(session, reason, stopping.Token).PipeTo(Self, success: () => Queued.Instance, failure: cause => new Failed(cause));
                break;
            case ReadinessKind.Collecting:
                Timers.StartSingleTimer("look", Look.Instance, readiness.LookAgainIn);
                EndLook(workAvailable: false);
                break;
            default:
                EndLook(workAvailable: false);
                break;
        }
    }

    private void EndLook(bool workAvailable)
    {
        looking = false;
        if (workAvailable)
        {
            Context.Parent.Tell(PipelineProtocol.WorkAvailable.Instance);
        }

        if (lookAgain)
        {
            lookAgain = false;
            StartLook();
        }
    }

    private void Answer(Task<object> reply)
    {
        var asker = Sender;
        reply.PipeTo(
            Self,
            success: answer => new Answered(asker, answer),
            failure: _ => new Answered(asker, new PipelineProtocol.Refused(session, "The database does not answer. Start PostgreSQL and try again.")));
    }

    private async Task<object> ProcessAsync()
    {
        if (await queue.TakesAsync(session, stopping.Token) is null)
        {
            return new PipelineProtocol.Refused(session, $"There is no session '{session}' with a recording.", NotFound: true);
        }

        await queue.QueueAsync(session, QueueReason.Operator, stopping.Token);
        return new PipelineProtocol.Accepted(session);
    }

    private async Task<object> RetryAsync()
    {
        if (await queue.TakesAsync(session, stopping.Token) is null)
        {
            return new PipelineProtocol.Refused(session, $"There is no session '{session}' with a recording.", NotFound: true);
        }

        return await queue.RetryAsync(session, stopping.Token)
            ? new PipelineProtocol.Accepted(session)
            : new PipelineProtocol.Refused(session, "No stage of this session has failed.");
    }

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }

    private sealed record Looked(SessionTakes? Takes);

    private sealed record Queued
    {
        public static readonly Queued Instance = new();
    }

    private sealed record Failed(Exception Cause);

    private sealed record Answered(IActorRef Asker, object Reply);
}
