using Rig.Domain.Frames;
using Rig.Domain.Messages;

namespace Rig.Ingest.Frames;

/// <summary>Wakes the actors of devices that have something to analyse: soon after a picture came here, and whenever the queue shows one.</summary>
internal sealed class FrameQueueActor : ReceiveActor, IWithTimers
{
    /// <summary>Devices that one look at the queue wakes; the next look finds the others.</summary>
    private const int MaxDevices = 1000;

    private readonly HashSet<DeviceId> woken = [];
    private readonly FrameNotices notices;
    private readonly Action<DeviceId> tell;
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeSpan pollInterval;

    public FrameQueueActor(IActorRef devices, JobQueue queue, FrameNotices notices, FrameOptions options)
    {
        var self = Self;
        (this.notices, pollInterval) = (notices, options.PollInterval);
        tell = device => self.Tell(new Came(device));
        Receive<Came>(came =>
        {
            // Once for all that come while it waits for those before it.
            if (woken.Add(came.Device))
            {
                Timers.StartSingleTimer(came.Device, new Due(came.Device), options.ReorderWindow);
            }
        });
        Receive<Due>(due =>
        {
            woken.Remove(due.Device);
            devices.Tell(new FrameProtocol.AnalyseDevice(due.Device.Value));
        });
        Receive<Look>(_ => queue.DevicesWithWorkAsync(MaxDevices, stopping.Token).PipeTo(self, success: found => new Found(found), failure: _ => new Found([])));
        Receive<Found>(found =>
        {
            foreach (var device in found.Devices)
            {
                devices.Tell(new FrameProtocol.AnalyseDevice(device.Value));
            }

            Timers.StartSingleTimer(Look.Instance, Look.Instance, pollInterval);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        notices.Came += tell;
        Timers.StartSingleTimer(Look.Instance, Look.Instance, pollInterval);
    }

    protected override void PostStop()
    {
        notices.Came -= tell;
        stopping.Cancel();
        stopping.Dispose();
    }

    private sealed record Came(DeviceId Device) : INoSerializationVerificationNeeded;

    private sealed record Due(DeviceId Device) : INoSerializationVerificationNeeded;

    private sealed record Found(IReadOnlyList<DeviceId> Devices) : INoSerializationVerificationNeeded;

    private sealed record Look : INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }
}
