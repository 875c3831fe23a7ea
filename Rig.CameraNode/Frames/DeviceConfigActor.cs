using Rig.CameraNode.Native;
using Rig.Domain.Frames;
using static Rig.CameraNode.Frames.FrameDeviceProtocol;

namespace Rig.CameraNode.Frames;

/// <summary>Asks the server for the configuration, and tells it how this device is.</summary>
internal sealed class DeviceConfigActor : ReceiveActor, IWithTimers
{
    private readonly FrameSender sender;
    private readonly FrameDeviceOptions options;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly CancellationTokenSource stopping = new();
    private CapturePlan plan = CapturePlan.Start;
    private string? lastProblem;

    public DeviceConfigActor(FrameSender sender, FrameDeviceOptions options)
    {
        (this.sender, this.options) = (sender, options);
        Receive<AskConfig>(_ => sender.ConfigAsync(stopping.Token).PipeTo(Self, success: reply => new Got(reply), failure: cause => new NotGot(cause)));
        Receive<Got>(got =>
        {
            var problem = CapturePlan.Problem(got.Reply.Config);
            Say(problem);
            if (problem is null)
            {
                plan = plan.With(got.Reply.Config, NowMs);
                Context.Parent.Tell(new Configured(got.Reply.Config, got.Reply.LastSeq));
            }

            Timers.StartSingleTimer(AskConfig.Instance, AskConfig.Instance, plan.PollAt(NowMs));
        });
        Receive<NotGot>(failed =>
        {
            // The last configuration holds; a burst ends by its own length.
            Say(failed.Cause.Message);
            Timers.StartSingleTimer(AskConfig.Instance, AskConfig.Instance, plan.PollAt(NowMs));
        });
        Receive<Beat>(_ => Context.Parent.Tell(new GetHealth()));
        Receive<DeviceHealth>(health => sender.HeartbeatAsync(health, rssi: null, stopping.Token).PipeTo(Self, success: () => Beaten.Instance, failure: _ => Beaten.Instance));
        Receive<Beaten>(_ => Timers.StartSingleTimer(Beat.Instance, Beat.Instance, options.HeartbeatInterval));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static long NowMs => MonotonicClock.NowNs / 1_000_000;

    protected override void PreStart()
    {
        Self.Tell(AskConfig.Instance);
        Timers.StartSingleTimer(Beat.Instance, Beat.Instance, TimeSpan.FromSeconds(1));
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Say(string? problem)
    {
        if (problem is not null && problem != lastProblem)
        {
            log.Warning("No new configuration: {0}", problem);
        }

        lastProblem = problem;
    }

    private sealed record AskConfig : INoSerializationVerificationNeeded
    {
        public static readonly AskConfig Instance = new();
    }

    private sealed record Beat : INoSerializationVerificationNeeded
    {
        public static readonly Beat Instance = new();
    }

    private sealed record Beaten : INoSerializationVerificationNeeded
    {
        public static readonly Beaten Instance = new();
    }

    private sealed record Got(DeviceConfigReply Reply) : INoSerializationVerificationNeeded;

    private sealed record NotGot(Exception Cause) : INoSerializationVerificationNeeded;
}
