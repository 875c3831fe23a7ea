namespace Rig.Actors.Timing;

/// <summary>Owns this node's opinion of its clock: takes in exchanges with the master and chrony's report, and keeps <see cref="MasterClock"/> current.</summary>
internal sealed class SyncActor : ReceiveActor, IWithTimers
{
    private const int MaxWaiting = 16;

    private readonly MasterClock clock;
    private readonly IChrony chrony;
    private readonly Func<SyncOptions> options;
    private readonly bool isMaster;
    private readonly CancellationTokenSource stopping = new();
    private OffsetEstimator estimator = OffsetEstimator.Empty;
    private string? masterAddress;
    private ChronyTracking? tracking;
    private readonly List<IActorRef> waiting = [];
    private StepDetector steps;
    private TimeSpan stepped;
    private bool readingChrony;

    public SyncActor(bool isMaster, MasterClock clock, IChrony chrony, Func<SyncOptions> options)
    {
        (this.isMaster, this.clock, this.chrony, this.options) = (isMaster, clock, chrony, options);
        Receive<SyncProtocol.ClockMeasured>(measured =>
        {
            FollowSteps();
            masterAddress = measured.MasterAddress;
            estimator = estimator.Add(measured.Sample);
            Publish();
        });
        Receive<Refresh>(_ => Publish());
        Receive<ReadChrony>(_ => Read());
        Receive<SyncProtocol.ReadClockNow>(_ =>
        {
            if (waiting.Count < MaxWaiting)
            {
                waiting.Add(Sender);
            }

            Read();
        });
        Receive<ChronyRead>(read =>
        {
            readingChrony = false;
            tracking = read.Tracking;
            Publish();
            waiting.ForEach(asker => asker.Tell(this.clock.Status));
            waiting.Clear();
        });
        Receive<SyncProtocol.GetSyncStatus>(_ =>
        {
            Publish();
            Sender.Tell(this.clock.Status);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(bool isMaster, MasterClock clock, IChrony chrony, Func<SyncOptions> options) =>
        Props.Create(() => new SyncActor(isMaster, clock, chrony, options));

    protected override void PreStart()
    {
        steps = new StepDetector(clock.NodeNow, clock.Monotonic);
        Publish();
        Self.Tell(ReadChrony.Instance);
        Timers.StartPeriodicTimer("refresh", Refresh.Instance, TimeSpan.FromSeconds(1));
        Timers.StartPeriodicTimer("chrony", ReadChrony.Instance, TimeSpan.FromSeconds(10));
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Read()
    {
        if (!readingChrony)
        {
            readingChrony = true;
            chrony.ReadAsync(stopping.Token).PipeTo(Self, success: report => new ChronyRead(report), failure: _ => new ChronyRead(null));
        }
    }

    private void Publish()
    {
        FollowSteps();
        var status = isMaster
            ? SyncStatus.Master(clock.NodeNow, tracking)
            : SyncStatus.Of(estimator, masterAddress, clock.NodeNow, options(), tracking);

        // A step of the master's clock moves the rig's time itself: the other nodes see it in their offsets.
        clock.Status = isMaster ? status : status with { StepsMs = stepped.TotalMilliseconds };
    }

    private void FollowSteps()
    {
        var step = steps.Look(clock.NodeNow, clock.Monotonic, out steps);
        if (step != TimeSpan.Zero)
        {
            stepped += step;
            estimator = estimator.Shift(step);
        }
    }

    private sealed class Refresh : INoSerializationVerificationNeeded
    {
        public static readonly Refresh Instance = new();
    }

    private sealed class ReadChrony : INoSerializationVerificationNeeded
    {
        public static readonly ReadChrony Instance = new();
    }

    private sealed record ChronyRead(ChronyTracking? Tracking) : INoSerializationVerificationNeeded;
}
