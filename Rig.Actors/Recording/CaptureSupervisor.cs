using Rig.Actors.Timing;
using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>
/// Keeps a capture process alive for the recorder, and gives it the take to be recorded. <see cref="CaptureState"/> decides; this starts,
/// tells and ends.
/// </summary>
/// <remarks>
/// The process and what is known of it outlive a restart of this actor. Frames and previews do not pass through here: the reading thread
/// gives them to the take and to the <see cref="PreviewFeed"/>. docs/design/recording.md.
/// </remarks>
internal sealed class CaptureSupervisor : ReceiveActor, IWithTimers
{
    /// <summary>Short while a take runs or something is awaited; long while only previews come, so that a waiting node saves its battery.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan IdleTickInterval = TimeSpan.FromMilliseconds(500);

    private readonly ICaptureLauncher launcher;
    private readonly MasterClock clock;
    private readonly Memory memory;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private CaptureView? told;
    private TimeSpan ticks;

    public CaptureSupervisor(ICaptureLauncher launcher, MasterClock clock, Memory memory)
    {
        (this.launcher, this.clock, this.memory) = (launcher, clock, memory);
        Receive<Tick>(_ => Carry(State.Tick(Facts())));
        Receive<Deliver>(deliver =>
        {
            this.memory.Take = deliver.Take;
            Carry(State.Deliver(deliver.Start));
        });
        Receive<StopDelivery>(stop => Carry(State.Stop(stop.Id, stop.StopNs)));
        Receive<Release>(release => Carry(State.Release(release.Id, release.Kill, release.Problem, NowNs)));
        Receive<Close>(_ => Carry(State.Close()));
        Receive<Launched>(launched =>
        {
            if (State.Process != launched.Process || State.Life != CaptureLife.Starting)
            {
                // It came after it was given up.
                launched.Capture.Kill();
                return;
            }

            this.memory.Capture = launched.Capture;
            Carry(State.Launched(launched.Process, NowNs));
            var self = Self;
            launched.Capture.Listen(heard => self.Tell(new Heard(launched.Process, heard)));
            FollowEnd(launched.Process, launched.Capture);
        });
        Receive<NotLaunched>(failed => Carry(State.NotLaunched(failed.Process, failed.Why, NowNs)));
        Receive<Heard>(heard => Carry(State.Hear(heard.Process, heard.Event, NowNs)));
        Receive<Gone>(gone => Carry(State.Exited(gone.Process, gone.Why, NowNs)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private CaptureState State => memory.State;

    private long NowNs => ClockMoment.NowNs(clock);

    public static Props PropsOf(ICaptureLauncher launcher, MasterClock clock)
    {
        var memory = new Memory();
        return Props.Create(() => new CaptureSupervisor(launcher, clock, memory));
    }

    protected override void PreStart()
    {
        if (memory.Capture is { } capture && State.Life == CaptureLife.Running)
        {
            FollowEnd(State.Process, capture);
        }

        Carry(State.Tick(Facts()));
    }

    // What it has of the process stays for the next incarnation.
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PostStop() => memory.Capture?.Shutdown();

    private CaptureFacts Facts() => new(NowNs, memory.Capture?.PreviewNs ?? 0, memory.Take?.LastFrameNs ?? 0, memory.Take?.IsBacklogged ?? false);

    private void FollowEnd(long process, ICapture capture) => capture.Exited.PipeTo(Self, success: why => new Gone(process, why));

    private void Carry(CaptureStep step)
    {
        memory.State = step.State;
        foreach (var effect in step.Effects)
        {
            Act(effect);
        }

        if (State.Take is null)
        {
            memory.Take = null;
        }

        if (State.View is var view && view != told)
        {
            told = view;
            Context.Parent.Tell(new CaptureChanged(view));
        }

        KeepTicking(State.IsIdle ? IdleTickInterval : TickInterval);
    }

    private void KeepTicking(TimeSpan interval)
    {
        if (interval != ticks)
        {
            ticks = interval;
            Timers.StartPeriodicTimer("tick", Tick.Instance, interval);
        }
    }

    private void Act(CaptureEffect effect)
    {
        switch (effect)
        {
            case CaptureEffect.Launch launch:
                Launch(launch.Process);
                break;
            case CaptureEffect.Begin begin:
                memory.Capture?.Begin(begin.Take);
                break;
            case CaptureEffect.Stop stop:
                memory.Capture?.Stop(stop.Id, stop.StopNs);
                break;
            case CaptureEffect.Kill:
                memory.Capture?.Kill();
                break;
            case CaptureEffect.Delivered delivered:
                Context.Parent.Tell(new TakeDelivered(delivered.Id, delivered.Slots, delivered.Failure));
                break;
            case CaptureEffect.Log line:
                log.Log(line.Level, line.Text);
                break;
            default:
                throw new InvalidOperationException($"{effect} is not handled.");
        }
    }

    private void Launch(long process)
    {
        memory.Capture = null;
        launcher.LaunchAsync().PipeTo(
            Self,
            success: capture => new Launched(process, capture),
            failure: e => new NotLaunched(process, e.Message));
    }

    /// <summary>What outlives a restart; written by the actor only.</summary>
    internal sealed class Memory
    {
        public CaptureState State { get; set; } = new();

        public ICapture? Capture { get; set; }

        public ITake? Take { get; set; }
    }

    /// <summary>From the recorder: the take is to be recorded, by whatever process there is.</summary>
    internal sealed record Deliver(ITake Take, TakeStart Start) : INoSerializationVerificationNeeded;

    /// <param name="StopNs">CLOCK_MONOTONIC; no frame at or after it is recorded.</param>
    internal sealed record StopDelivery(TakeId Id, long StopNs) : INoSerializationVerificationNeeded;

    /// <summary>From the recorder: nothing more is expected of the take.</summary>
    /// <param name="Kill">Why the process is ended at once; null to let it end the take.</param>
    /// <param name="Problem">For people; null leaves what is known.</param>
    internal sealed record Release(TakeId Id, string? Kill = null, string? Problem = null) : INoSerializationVerificationNeeded;

    /// <summary>From the recorder: no further process is started.</summary>
    internal sealed record Close : INoSerializationVerificationNeeded;

    /// <summary>To the recorder, at every change.</summary>
    internal sealed record CaptureChanged(CaptureView View) : INoSerializationVerificationNeeded;

    /// <summary>To the recorder: the take's last frame came.</summary>
    /// <param name="Failure">Why it ended by itself; null when it was stopped.</param>
    internal sealed record TakeDelivered(TakeId Id, long Slots, string? Failure) : INoSerializationVerificationNeeded;

    private sealed record Launched(long Process, ICapture Capture) : INoSerializationVerificationNeeded;

    private sealed record NotLaunched(long Process, string Why) : INoSerializationVerificationNeeded;

    private sealed record Heard(long Process, CaptureEvent Event) : INoSerializationVerificationNeeded;

    private sealed record Gone(long Process, string Why) : INoSerializationVerificationNeeded;

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
