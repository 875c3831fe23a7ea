using Rig.CameraNode.Native;
using static Rig.CameraNode.Frames.FrameDeviceProtocol;

namespace Rig.CameraNode.Frames;

/// <summary>Sends the spool's pictures, the oldest first, one at a time, until the server has each.</summary>
/// <remarks>Asking -> Sending -> Asking, or Sending -> Pausing -> Sending with the same picture.</remarks>
internal sealed class UploadActor : ReceiveActor, IWithTimers
{
    private readonly FrameSender sender;
    private readonly IActorRef spool;
    private readonly FrameDeviceOptions options;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly CancellationTokenSource stopping = new();
    private UploadPlan plan = UploadPlan.Start;

    public UploadActor(FrameSender sender, IActorRef spool, FrameDeviceOptions options)
    {
        (this.sender, this.spool, this.options) = (sender, spool, options);
        Receive<Next>(next => Send(next.Frame));
        Receive<Again>(again => Send(again.Frame));
        Receive<Answered>(OnAnswer);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => spool.Tell(new GetNext());

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Send(SpooledFrame frame) => sender.SendAsync(frame, MonotonicClock.NowNs / 1_000_000, rssi: null, stopping.Token)
        .PipeTo(Self, success: result => new Answered(frame, result), failure: cause => new Answered(frame, new SendResult(UploadOutcome.TryAgain, cause.Message)));

    private void OnAnswer(Answered answered)
    {
        var (frame, result) = (answered.Frame, answered.Result);
        if (result.Outcome is UploadOutcome.TryAgain or UploadOutcome.NotAllowed)
        {
            plan = plan.Failed();
            var delay = plan.Delay(result.Outcome, options.RetryDelay, options.MaxRetryDelay, Random.Shared.NextDouble(), result.RetryAfter);
            if (plan.Failures == 1)
            {
                log.Warning("Picture {0} was not delivered and is sent again: {1}", frame.Header.Seq, result.Problem);
            }

            Context.Parent.Tell(new UploadSaid(result.Problem));
            Timers.StartSingleTimer(Again.Key, new Again(frame), delay);
            return;
        }

        if (result.Outcome != UploadOutcome.Delivered)
        {
            log.Warning("Picture {0}: {1}", frame.Header.Seq, result.Problem);
        }

        plan = UploadPlan.Start;
        spool.Tell(new Settled(frame.Header.Seq, result.Outcome));
        Context.Parent.Tell(new UploadSaid(result.Outcome == UploadOutcome.Delivered ? null : result.Problem));
        spool.Tell(new GetNext());
    }

    private sealed record Answered(SpooledFrame Frame, SendResult Result) : INoSerializationVerificationNeeded;

    private sealed record Again(SpooledFrame Frame) : INoSerializationVerificationNeeded
    {
        public const string Key = "again";
    }
}
