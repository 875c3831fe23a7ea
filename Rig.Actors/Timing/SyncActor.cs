namespace Rig.Actors.Timing;

/// <summary>Owns this node's opinion of its clock: takes in exchanges with the master and chrony's report, and keeps <see cref="MasterClock"/> current.</summary>
internal sealed class SyncActor : ReceiveActor, IWithTimers
{
    private readonly MasterClock clock;
    private readonly IChrony chrony;
    private readonly Func<SyncOptions> options;
    private readonly bool isMaster;
    private readonly CancellationTokenSource stopping = new();
    private OffsetEstimator estimator = OffsetEstimator.Empty;
    private string? masterAddress;
    private ChronyTracking? tracking;
    private bool readingChrony;

    public SyncActor(bool isMaster, MasterClock clock, IChrony chrony, Func<SyncOptions> options)
    {
        (this.isMaster, this.clock, this.chrony, this.options) = (isMaster, clock, chrony, options);
        Receive<TimingProtocol.ClockMeasured>(measured =>
        {
            masterAddress = measured.MasterAddress;
            estimator = estimator.Add(measured.Sample);
            Publish();
        });
        Receive<Refresh>(_ => Publish());
        Receive<ReadChrony>(_ =>
        {
            if (readingChrony) return;
            readingChrony = true;
            this.chrony.ReadAsync(stopping.Token).PipeTo(Self, success: report => new ChronyRead(report), failure: _ => new ChronyRead(null));
        });
        Receive<ChronyRead>(read =>
        {
            readingChrony = false;
            tracking = read.Tracking;
            Publish();
        });
        Receive<TimingProtocol.GetSyncStatus>(_ =>
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

    private void Publish() => clock.Status = isMaster
        ? SyncStatus.Master(clock.NodeNow, tracking)
        : SyncStatus.Of(estimator, masterAddress, clock.NodeNow, options(), tracking);

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
