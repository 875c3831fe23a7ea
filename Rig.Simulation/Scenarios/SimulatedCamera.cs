using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// The capture port of one process: opens in a moment, takes its first frame when the machine's clock says so, and says that it
/// records once that is on disk. What it does is entered in the machine's <see cref="TakeLedger"/>, which outlives the process.
/// </summary>
internal sealed class SimulatedCamera(SimulatedProcess process, TakeLedger ledger, bool ignoresOffset) : ICaptureLauncher
{
    private static readonly TimeSpan LongestOpening = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromMilliseconds(300);

    private SimulatedTake? take;

    public CaptureFormat Wanted => new(1920, 1080, TakeLedger.Fps, "h264", 6);

    private SimulatedWorld World => process.Machine.World;

    private TimeProvider Time => process.Time;

    private TakeLedger Ledger => ledger;

    private bool IgnoresOffset => ignoresOffset;

    private long NowNs => process.Time.GetElapsedTime(0).Ticks * 100;

    public Task<ICapture> LaunchAsync() => Task.FromResult<ICapture>(new SimulatedCapture(this));

    public async Task<ITake> OpenTakeAsync(TakeRequest request, CaptureMode mode)
    {
        ledger.Opened(request.Id);
        await Task.Delay(World.Between(TimeSpan.Zero, LongestOpening), process.Time);
        return take = new SimulatedTake(this, request);
    }

    /// <summary>The take ends without an order, as when the disk is full.</summary>
    public void EndTake(string reason) => take?.Finish(reason, null, null);

    // Task.Delay knows whole milliseconds only and does not wait at all for a part of one.
    private async Task UntilAsync(long instantNs)
    {
        if (instantNs - NowNs is var waitNs and > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(waitNs / 1e6)), process.Time);
        }
    }

    private sealed class SimulatedCapture(SimulatedCamera camera) : ICapture
    {
        private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action<CaptureEvent>? tell;

        public long PreviewNs => camera.NowNs;

        public Task<string> Exited => exited.Task;

        public void Listen(Action<CaptureEvent> listener)
        {
            tell = listener;
            listener(new CaptureEvent.Ready(new CaptureMode("Simulated", 1920, 1080, TakeLedger.Fps, "h264", "simulated")));
        }

        public void Begin(TakeStart start) => _ = camera.take!.BeginAsync(start);

        public void Stop(TakeId id, long stopNs) => _ = StopAsync(id, stopNs);

        public void Shutdown() => exited.TrySetResult("it was told to");

        public void Kill() => exited.TrySetResult("it was killed");

        private async Task StopAsync(TakeId id, long stopNs)
        {
            await camera.UntilAsync(stopNs);
            tell!(new CaptureEvent.TakeEnded(id, 300, null));
        }
    }

    private sealed class SimulatedTake(SimulatedCamera camera, TakeRequest request) : ITake
    {
        private readonly TaskCompletionSource<DateTimeOffset> firstDurable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<TakeSealed> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private DateTimeOffset firstFrame;
        private bool isFinishing;

        public TakeId Id => request.Id;

        public string FilePath => $"/v/{request.Id}.mp4";

        public TakeProgress Progress => new(request.Id, FilePath, firstFrame, 0, 8, 0, 1000);

        public long LastFrameNs => camera.NowNs;

        public bool IsBacklogged => false;

        public Task<DateTimeOffset> FirstDurable => firstDurable.Task;

        public Task<TakeSealed> Ended => ended.Task;

        public async Task BeginAsync(TakeStart start)
        {
            // The planted fault takes the master's time for this machine's.
            var time = camera.Time;
            await camera.UntilAsync(camera.IgnoresOffset ? camera.NowNs + ((start.ScheduledStartMaster - time.GetUtcNow()).Ticks * 100) : start.StartNs);
            firstFrame = time.GetUtcNow();
            camera.Ledger.Began(request.Id);
            await Task.Delay(camera.World.Between(TimeSpan.Zero, LongestFlush), time);
            firstDurable.TrySetResult(firstFrame.AddMilliseconds(-(request.ClockOffsetMs ?? 0)));
        }

        public void Finish(string reason, long? slots, long? stopNs)
        {
            if (!isFinishing)
            {
                isFinishing = true;
                _ = SealAsync(reason);
            }
        }

        private async Task SealAsync(string reason)
        {
            await Task.Delay(camera.World.Between(TimeSpan.Zero, LongestFlush), camera.Time);
            ended.SetResult(camera.Ledger.Ended(request.Id, reason));
        }
    }
}
