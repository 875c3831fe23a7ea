using Rig.CameraNode.Native;
using static Rig.CameraNode.Frames.FrameDeviceProtocol;

namespace Rig.CameraNode.Frames;

/// <summary>Takes pictures at the interval that the configuration and the burst ask for, one at a time.</summary>
/// <remarks>Waiting -> Taking -> Waiting. A picture that takes longer than the interval delays the next; none is taken twice as fast to catch up.</remarks>
internal sealed class CaptureActor : ReceiveActor, IWithTimers
{
    private readonly IStillCamera camera;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stopping = new();
    private CapturePlan plan = CapturePlan.Start;
    private long lastMs = long.MinValue / 2;
    private bool taking;

    public CaptureActor(IStillCamera camera, TimeProvider clock)
    {
        (this.camera, this.clock) = (camera, clock);
        Receive<Configured>(configured =>
        {
            plan = plan.With(configured.Config, NowMs);
            Schedule();
        });
        Receive<Due>(_ => Take());
        Receive<Taken>(taken =>
        {
            taking = false;
            Context.Parent.Tell(new Keep(taken.Picture));
            Schedule();
        });
        Receive<NotTaken>(failed =>
        {
            taking = false;
            Context.Parent.Tell(new NoPicture(failed.Cause.Message));
            Schedule();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static long NowMs => MonotonicClock.NowNs / 1_000_000;

    protected override void PreStart() => Schedule();

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Schedule()
    {
        if (!taking)
        {
            var wait = lastMs + (long)plan.IntervalAt(NowMs).TotalMilliseconds - NowMs;
            Timers.StartSingleTimer(Due.Instance, Due.Instance, TimeSpan.FromMilliseconds(Math.Max(0, wait)));
        }
    }

    private void Take()
    {
        if (taking)
        {
            return;
        }

        (taking, lastMs) = (true, NowMs);
        var (at, burst, beginMs) = (clock.GetUtcNow(), plan.IsBurst(NowMs), NowMs);
        camera.TakeAsync(stopping.Token).PipeTo(
            Self,
            success: taken => new Taken(new TakenPicture(taken.Jpeg, camera.Width, camera.Height, taken.Quality, at, beginMs, burst)),
            failure: cause => new NotTaken(cause));
    }

    private sealed record Due : INoSerializationVerificationNeeded
    {
        public static readonly Due Instance = new();
    }

    private sealed record Taken(TakenPicture Picture) : INoSerializationVerificationNeeded;

    private sealed record NotTaken(Exception Cause) : INoSerializationVerificationNeeded;
}
