using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Tests.Support;

/// <summary>A capture that does what the test says: by default a process is ready and a take starts and stops at once.</summary>
public sealed class ScriptedCamera(ScriptedCatalogue? catalogue = null, TimeProvider? time = null) : ICaptureLauncher
{
    private readonly Lock gate = new();
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private CameraStatus status = new(true, "Scripted", 1280, 720, 30, "h264", 6, null, null);
    private ScriptedCapture? capture;
    private ScriptedTake? take;

    /// <summary>Raised after <see cref="Status"/> was set. On the test's thread.</summary>
    public event Action? Changed;

    public CaptureFormat Wanted => new(status.Width, status.Height, status.Fps, status.Codec, status.BitrateMbps);

    /// <summary>What the capture process says of its camera; where no actors run, all that is shown of it.</summary>
    public CameraStatus Status
    {
        get => status;
        set
        {
            status = value;
            capture?.TellStatus();
            Changed?.Invoke();
        }
    }

    public PreviewFeed Previews { get; } = new();

    public PreviewPicture? Preview
    {
        get => Previews.Newest;
        set => Previews.Newest = value;
    }

    /// <summary>Every take that was opened, in order.</summary>
    public List<TakeRequest> Started { get; } = [];

    /// <summary>Every order to stop, in order, on the node's clock.</summary>
    public List<(TakeId Id, DateTimeOffset At)> Stopped { get; } = [];

    /// <summary>How many processes were started.</summary>
    public int Launches { get; private set; }

    /// <summary>Awaited before a take's files are there; throw for one that fails.</summary>
    public Func<TakeRequest, Task> BeforeStart { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited before the process has delivered a take's last frame.</summary>
    public Func<TakeId, Task> BeforeStop { get; set; } = _ => Task.CompletedTask;

    private long NowNs => time.GetElapsedTime(0).Ticks * 100;

    public Task<ICapture> LaunchAsync()
    {
        Launches++;
        return Task.FromResult<ICapture>(capture = new ScriptedCapture(this));
    }

    public async Task<ITake> OpenTakeAsync(TakeRequest request, CaptureMode mode)
    {
        lock (gate)
        {
            Started.Add(request);
        }

        await BeforeStart(request);
        catalogue?.Open(request.Id);
        return take = new ScriptedTake(this, request);
    }

    /// <summary>The running take ends by itself.</summary>
    public void EndTake(string reason) => take!.Finish(reason, null, null);

    /// <summary>The capture process dies.</summary>
    public void KillProcess() => capture!.Kill();

    private TakeSealed Seal(TakeId id, string reason)
    {
        var at = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        var manifest = new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), id.SessionId.Value, id.CameraId.Value, id.CameraId.Position, id.Take, EndReason: reason),
            File = new ManifestFile($"{id}.mp4", 1000, "mp4", "h264"),
            Video = new ManifestVideo(new ManifestResolution(1280, 720), 30, 6, 10, 300),
            Timing = new ManifestTiming(at, at.AddSeconds(10), true),
            Checksum = new ManifestChecksum("sha256", new string('a', 64)),
            Quality = new ManifestQuality(0),
        };
        if (!id.SessionId.IsSelfTest)
        {
            catalogue?.Seal(id, reason);
        }

        return new TakeSealed(id, manifest, $"/v/{id}.mp4", $"/m/{id}.json", reason);
    }

    private sealed class ScriptedCapture(ScriptedCamera camera) : ICapture
    {
        private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action<CaptureEvent>? tell;

        public long PreviewNs => camera.NowNs;

        public Task<string> Exited => exited.Task;

        public void Listen(Action<CaptureEvent> listener)
        {
            tell = listener;
            var now = camera.Status;
            listener(new CaptureEvent.Ready(new CaptureMode(now.Model, now.Width, now.Height, now.Fps, now.Codec, now.Encoder ?? "scripted")));
            if (!now.Detected)
            {
                TellStatus();
            }
        }

        public void TellStatus() => tell?.Invoke(
            camera.Status is { Detected: false, Problem: var problem } ? new CaptureEvent.CameraLost("scripted", problem ?? "") : new CaptureEvent.CameraFound());

        public void Begin(TakeStart start) => camera.take!.Begin(start);

        public void Stop(TakeId id, long stopNs) => _ = StopAsync(id, stopNs);

        public void Shutdown() => exited.TrySetResult("it was told to");

        public void Kill() => exited.TrySetResult("it was killed");

        private async Task StopAsync(TakeId id, long stopNs)
        {
            lock (camera.gate)
            {
                camera.Stopped.Add((id, camera.time.GetUtcNow().AddTicks((stopNs - camera.NowNs) / 100)));
            }

            await camera.BeforeStop(id);
            tell!(new CaptureEvent.TakeEnded(id, 300, null));
        }
    }

    private sealed class ScriptedTake(ScriptedCamera camera, TakeRequest request) : ITake
    {
        private readonly TaskCompletionSource<DateTimeOffset> firstDurable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<TakeSealed> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int finishing;

        public TakeId Id => request.Id;

        public string FilePath => $"/v/{request.Id}.mp4";

        public TakeProgress Progress => new(request.Id, FilePath, request.StartAt, 0, 8, 0, 1000);

        public long LastFrameNs => camera.NowNs;

        public bool IsBacklogged => false;

        public Task<DateTimeOffset> FirstDurable => firstDurable.Task;

        public Task<TakeSealed> Ended => ended.Task;

        public void Begin(TakeStart start) => firstDurable.TrySetResult(start.ScheduledStartMaster.AddMilliseconds(0.5));

        public void Finish(string reason, long? slots, long? stopNs)
        {
            if (Interlocked.Exchange(ref finishing, 1) == 0)
            {
                ended.SetResult(camera.Seal(request.Id, reason));
            }
        }
    }
}
