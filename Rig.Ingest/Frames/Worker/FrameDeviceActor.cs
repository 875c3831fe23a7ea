using Akka.Cluster.Sharding;
using Npgsql;
using Rig.Domain.Frames;
using Rig.Domain.Messages;

namespace Rig.Ingest.Frames;

/// <summary>Works through one device's pictures, one at a time. In a cluster there is one such actor a device among all servers.</summary>
/// <remarks>
/// Idle -> Working -> Idle. It holds nothing that is not in the database: whoever claims a picture there has it, so that two of these
/// after a broken network only wait for each other.
/// </remarks>
internal sealed class FrameDeviceActor : ReceiveActor, IWithTimers
{
    /// <summary>An actor that has nothing to do for this long ends; the next picture makes a new one.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(2);

    /// <summary>Where the database is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly DeviceId device;
    private readonly FrameAnalysis analysis;
    private readonly CancellationTokenSource stopping = new();
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly bool isShard;
    private bool again;

    public FrameDeviceActor(DeviceId device, FrameAnalysis analysis, bool isShard)
    {
        (this.device, this.analysis, this.isShard) = (device, analysis, isShard);
        Idle();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(DeviceId device, FrameAnalysis analysis, bool isShard) => Akka.Actor.Props.Create(() => new FrameDeviceActor(device, analysis, isShard));

    protected override void PreStart() => Timers.StartSingleTimer(Leave.Instance, Leave.Instance, IdleTime);

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Idle()
    {
        Receive<FrameProtocol.AnalyseDevice>(_ => Work());
        Receive<Leave>(_ =>
        {
            if (isShard)
            {
                Context.Parent.Tell(new Passivate(PoisonPill.Instance));
            }
            else
            {
                Context.Stop(Self);
            }
        });
    }

    private void Working()
    {
        Receive<FrameProtocol.AnalyseDevice>(_ => again = true);
        Receive<Worked>(worked =>
        {
            if (worked.Any || again)
            {
                Work();
            }
            else
            {
                Rest(IdleTime, Leave.Instance);
            }
        });
        Receive<NotWorked>(failure =>
        {
            // The queue is looked at again by the server's timer.
            log.Warning("Pictures of {0} wait: {1}", device, failure.Cause.Message);
            Rest(failure.Cause is NpgsqlException ? Pause : IdleTime, failure.Cause is NpgsqlException ? new FrameProtocol.AnalyseDevice(device.Value) : Leave.Instance);
        });
        Receive<Leave>(_ => { });
    }

    private void Work()
    {
        again = false;
        Timers.Cancel(Leave.Instance);
        Become(Working);
        analysis.AnalyseNextAsync(device, stopping.Token).PipeTo(Self, success: any => new Worked(any), failure: cause => new NotWorked(cause));
    }

    private void Rest(TimeSpan after, object then)
    {
        Become(Idle);
        Timers.StartSingleTimer(Leave.Instance, then, after);
    }

    private sealed record Worked(bool Any) : INoSerializationVerificationNeeded;

    private sealed record NotWorked(Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record Leave : INoSerializationVerificationNeeded
    {
        public static readonly Leave Instance = new();
    }
}
