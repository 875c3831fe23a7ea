using System.Reflection;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Native;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Cameras;

/// <summary>
/// The node's camera: keeps a capture process alive and writes the take it is told to. One loop owns all state; frames alone
/// bypass it, from the capture reader's thread straight into the take's queue.
/// </summary>
/// <remarks>
/// Capture process: starting, ready, gone and started again, also within a take, whose empty slots then become a gap.
/// docs/design/recording.md.
/// </remarks>
internal sealed class RecordingCamera : BackgroundService, ICamera
{
    /// <summary>A take that is to start now starts this much later, so that its first slot is not late.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private const long SecondNs = 1_000_000_000;

    /// <summary>How exactly a wall-clock instant is known on the monotonic clock: a slot that begins this little before the stop belongs to what comes after it.</summary>
    private const long ClockReadingNs = 500_000;

    private const long ReadyPatienceNs = 60 * SecondNs;
    private const long ReadyInTakePatienceNs = 15 * SecondNs;
    private const long PreviewPatienceNs = 10 * SecondNs;
    private const long FramePatienceNs = 2 * SecondNs;
    private const long StartPatienceNs = 15 * SecondNs;
    private const long StopPatienceNs = 5 * SecondNs;
    private const long GiveUpNs = 120 * SecondNs;

    private readonly CameraOptions options;
    private readonly ProbeOptions probe;
    private readonly StorageOptions storage;
    private readonly CameraIdentity identity;
    private readonly IReadOnlyList<string> command;
    private readonly IRecordingFiles files;
    private readonly RecordingDisk disk;
    private readonly SealedTakes sealedTakes;
    private readonly RecorderMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<RecordingCamera> logger;
    private readonly Channel<Action> inbox = Channel.CreateBounded<Action>(new BoundedChannelOptions(1024) { SingleReader = true });

    private CaptureProcess? process;
    private CaptureReady? ready;
    private CaptureCameraState? lost;
    private long lostToldNs;
    private PendingStart? pendingStart;
    private string? captureTakeId;
    private string? problem = "The camera is starting.";
    private long processStartedNs;

    /// <summary>A busy machine may take many seconds to start a process: pictures are waited for from here on, not from its start.</summary>
    private long readyAtNs;
    private long processGoneNs;
    private long captureBusyUntilNs;
    private int failures;
    private bool closing;
    private (long AtNs, long Frames) lastSecond;

    private CameraTake? take;
    private PreviewPicture? preview;
    private long previewAtNs;
    private CameraStatus status;

    public RecordingCamera(
        IOptions<CameraOptions> options, IOptions<ProbeOptions> probe, IOptions<StorageOptions> storage, CameraIdentity identity, CaptureCommandLine command,
        IRecordingFiles files, RecordingDisk disk, SealedTakes sealedTakes, RecorderMetrics metrics, TimeProvider clock, ILogger<RecordingCamera> logger)
    {
        (this.options, this.probe, this.storage, this.identity, this.command) = (options.Value, probe.Value, storage.Value, identity, command.Arguments);
        (this.files, this.disk, this.sealedTakes, this.metrics, this.clock, this.logger) = (files, disk, sealedTakes, metrics, clock, logger);
        var o = this.options;
        status = new CameraStatus(false, "none", o.Width, o.Height, o.Fps, o.Codec, o.BitrateMbps, problem, null);
    }

    public event Action<TakeSealed>? TakeEnded;

    public CameraStatus Status
    {
        get
        {
            var newest = Volatile.Read(ref status);
            return newest with { Take = Volatile.Read(ref take)?.Progress(newest.Fps) };
        }
    }

    public PreviewPicture? Preview => Volatile.Read(ref preview);

    /// <summary>The capture process's id while there is one.</summary>
    internal int? CaptureProcessId => Volatile.Read(ref process)?.ProcessId;

    /// <inheritdoc/>
    /// <remarks>Cancelling gives up waiting; the take itself goes on and is ended by <see cref="StopTakeAsync"/>.</remarks>
    public async Task<TakeStarted> StartTakeAsync(TakeRequest request, CancellationToken cancellationToken)
    {
        if (request.Id.CameraId != identity.Id)
        {
            throw new TakeFailedException($"This node is {identity.Id} and cannot record {request.Id}.");
        }

        var started = new TaskCompletionSource<TakeStarted>(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.Writer.WriteAsync(() => Ask(request, started), cancellationToken);
        return await started.Task.WaitAsync(cancellationToken);
    }

    public async Task<TakeSealed> StopTakeAsync(RecordingId id, DateTimeOffset stopAt, CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource<TakeSealed>(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.Writer.WriteAsync(() => Stop(id, stopAt, stopped), cancellationToken);
        return await stopped.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends the running take, so that it is sealed and whole before the program is gone.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var running = Volatile.Read(ref take);
        Post(() =>
        {
            closing = true;
            pendingStart?.Started.TrySetException(new TakeFailedException("The node is shutting down."));
            pendingStart = null;
            if (take is not null)
            {
                take.EndReason = take.StopNs is null ? TakeEndReason.NodeStopped : take.EndReason;
                StopAt(take, MonotonicClock.NowNs);
            }
        });
        if (running is not null)
        {
            try
            {
                await running.Settled.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                logger.LogError(e, "{Take} was not sealed before the node stopped; that is done at its next start", running.Id);
            }
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new Timer(_ => inbox.Writer.TryWrite(Tick), null, TimeSpan.Zero, TickInterval);
        try
        {
            await foreach (var action in inbox.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    action();
                    Publish();
                }
                catch (Exception e)
                {
                    // Whoever listens may fail; the camera goes on.
                    logger.LogError(e, "The camera met an unexpected fault and goes on");
                }
            }
        }
        finally
        {
            process?.Shutdown();
        }
    }

    private void Ask(TakeRequest request, TaskCompletionSource<TakeStarted> started)
    {
        if ((take?.Id ?? pendingStart?.Request.Id) is { } running)
        {
            started.TrySetException(new TakeFailedException($"The camera is recording {running} already."));
        }
        else
        {
            pendingStart = new PendingStart(request, started, MonotonicClock.NowNs + StartPatienceNs);
            BeginPending();
        }
    }

    /// <summary>Begins the asked take as soon as the capture process is ready and free.</summary>
    private void BeginPending()
    {
        if (pendingStart is not { } pending || take is not null)
        {
            return;
        }

        if (ready is null || captureTakeId is not null)
        {
            if (MonotonicClock.NowNs > pending.DeadlineNs)
            {
                pendingStart = null;
                pending.Started.TrySetException(new TakeFailedException($"The camera is not ready. {problem ?? "It is busy with an earlier recording."}"));
            }

            return;
        }

        pendingStart = null;
        var request = pending.Request;
        try
        {
            // Creating the files flushes folders, which a busy disk takes its time for; a start that is wanted now counts from here.
            var writer = TakeWriter.Create(files, TakePaths.Of(storage, request.Id), Describe(request, ready), logger, metrics, request.ClockNow, request.TemperatureNow);
            var earliest = clock.GetUtcNow() + Lead;
            var startWall = request.StartAt < earliest ? earliest : request.StartAt;
            var startNs = MonotonicClock.At(startWall, clock);
            var matchZeroWall = request.ScheduledStartMaster.AddMilliseconds(request.ClockOffsetMs ?? 0);
            var matchZeroNs = startNs + ((matchZeroWall - startWall).Ticks * 100);
            var begun = new CameraTake(request, startNs, matchZeroNs, writer, pending.Started);
            Volatile.Write(ref take, begun);
            lastSecond = (startNs, 0);
            GiveToCapture(begun);
            _ = AwaitStartAsync(begun);
            _ = AwaitEndAsync(begun);
        }
        catch (TakeFailedException e)
        {
            pending.Started.TrySetException(e);
        }
    }

    private OpenTake Describe(TakeRequest request, CaptureReady mode) => new()
    {
        RecordingId = request.Id.ToString(),
        ScheduledStartMaster = request.ScheduledStartMaster,
        ClockOffsetMs = request.ClockOffsetMs,
        NtpSynced = request.NtpSynced,
        SessionCameras = [.. request.SessionCameras.Select(c => c.Value)],
        Source = options.Source,
        Codec = mode.Codec,
        Width = mode.Width,
        Height = mode.Height,
        Fps = mode.Fps,
        BitrateMbps = options.BitrateMbps,
        Lens = mode.Lens,
        Device = new ManifestDevice(Environment.MachineName, SoftwareVersion: SoftwareVersion),
        Framing = request.Framing?.Invoke(),
    };

    private static string SoftwareVersion { get; } =
        typeof(RecordingCamera).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private void GiveToCapture(CameraTake begun)
    {
        captureTakeId = begun.Id.ToString();
        process?.Send(CaptureMessageType.StartTake, begun.Order(clock), CaptureJson.Default.StartCaptureTake);
        if (begun.StopNs is { } stopNs)
        {
            SendStop(stopNs);
        }
    }

    private static async Task AwaitStartAsync(CameraTake begun)
    {
        try
        {
            var firstMaster = await begun.Writer.FirstDurable;
            begun.Started.TrySetResult(new TakeStarted(begun.Id, firstMaster, begun.Writer.Paths.Video));
        }
        catch (TakeFailedException e)
        {
            begun.Started.TrySetException(e);
        }
    }

    private async Task AwaitEndAsync(CameraTake begun)
    {
        TakeSealed? sealedTake = null;
        TakeFailedException? failure = null;
        try
        {
            sealedTake = await begun.Writer.Ended;
        }
        catch (TakeFailedException e)
        {
            failure = e;
        }

        // The storage is told first, then the others: who asks it after hearing of the end is told of the take.
        try
        {
            if (sealedTake is { Id.SessionId.IsSelfTest: false })
            {
                sealedTakes.Announce(disk.Describe(sealedTake));
            }
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Take} is sealed; announcing it failed", begun.Id);
        }

        if (failure is not null)
        {
            logger.LogError(failure, "{Take} could not be sealed; that is done at the node's next start", begun.Id);
        }

        begun.Settled.TrySetResult();
        Post(() => Ended(begun, sealedTake, failure));
    }

    private void Ended(CameraTake ended, TakeSealed? sealedTake, TakeFailedException? failure)
    {
        Volatile.Write(ref take, null);
        if (captureTakeId is not null)
        {
            captureBusyUntilNs = MonotonicClock.NowNs + StopPatienceNs;
            SendStop(MonotonicClock.NowNs);
        }

        foreach (var waiting in ended.Stopping)
        {
            if (sealedTake is not null)
            {
                waiting.TrySetResult(sealedTake);
            }
            else
            {
                waiting.TrySetException(failure!);
            }
        }

        if (sealedTake is not null)
        {
            logger.LogInformation("{Take} is sealed ({Reason}): {Frames} frames, {Dropped} dropped", ended.Id, sealedTake.EndReason, ended.Writer.Frames, ended.Writer.DroppedFrames);
        }

        if (sealedTake is not null && ended.Stopping.Count == 0)
        {
            TakeEnded?.Invoke(sealedTake);
        }
    }

    private void Stop(RecordingId id, DateTimeOffset stopAt, TaskCompletionSource<TakeSealed> stopped)
    {
        if (pendingStart is { } pending && pending.Request.Id == id)
        {
            pendingStart = null;
            pending.Started.TrySetException(new TakeFailedException($"{id} was stopped before it began."));
            stopped.TrySetException(new TakeFailedException($"{id} was stopped before it began; nothing was recorded."));
            return;
        }

        if (take is null || take.Id != id)
        {
            stopped.TrySetException(new TakeFailedException($"{id} is not being recorded."));
            return;
        }

        take.Stopping.Add(stopped);
        StopAt(take, Math.Max(MonotonicClock.NowNs, MonotonicClock.At(stopAt, clock) - ClockReadingNs));
    }

    private void StopAt(CameraTake running, long stopNs)
    {
        running.StopNs = Math.Min(stopNs, running.StopNs ?? long.MaxValue);
        SendStop(running.StopNs.Value);
    }

    private void SendStop(long stopNs) =>
        process?.Send(CaptureMessageType.StopTake, new StopCaptureTake(captureTakeId ?? "", stopNs), CaptureJson.Default.StopCaptureTake);

    private void OnMessage(CaptureProcess from, CaptureMessage message)
    {
        switch (message.Type)
        {
            case CaptureMessageType.Frame:
                Volatile.Read(ref take)?.Accept(message.Frame());
                break;
            case CaptureMessageType.Dropped:
                var lost = message.Json(CaptureJson.Default.CaptureDropped);
                metrics.DroppedFrames.WithLabels(lost.Cause).Inc(lost.Count);
                Volatile.Read(ref take)?.NoteMissing(lost.Cause);
                break;
            case CaptureMessageType.Preview:
                Volatile.Write(ref previewAtNs, MonotonicClock.NowNs);
                Volatile.Write(ref preview, new PreviewPicture(message.Body.ToArray(), clock.GetUtcNow()));
                break;
            case CaptureMessageType.Hello:
                var hello = message.Json(CaptureJson.Default.CaptureHello);
                if (hello.Version != CaptureWire.Version)
                {
                    throw new InvalidDataException($"The capture process speaks version {hello.Version} of the protocol and this node {CaptureWire.Version}; restart the node.");
                }

                break;
            case CaptureMessageType.Ready:
                var mode = message.Json(CaptureJson.Default.CaptureReady);
                Post(() => OnReady(from, mode));
                break;
            case CaptureMessageType.Camera:
                var state = message.Json(CaptureJson.Default.CaptureCameraState);
                Volatile.Write(ref lostToldNs, MonotonicClock.NowNs);
                Post(() => OnCameraState(from, state));
                break;
            case CaptureMessageType.TakeEnded:
                var ended = message.Json(CaptureJson.Default.CaptureTakeEnded);
                Post(() => OnCaptureTakeEnded(from, ended));
                break;
            case CaptureMessageType.Error:
                var error = message.Json(CaptureJson.Default.CaptureError).Message;
                Post(() => problem = error);
                break;
            default:
                throw new InvalidDataException($"A capture process does not send {message.Type}.");
        }
    }

    private void OnReady(CaptureProcess from, CaptureReady mode)
    {
        if (from != process)
        {
            return;
        }

        ready = mode;
        readyAtNs = MonotonicClock.NowNs;
        lost = null;
        problem = null;
        if (mode.Fallback is { } why)
        {
            logger.LogWarning("{Reason}", why);
        }

        if (take is { IsFinishing: false } running)
        {
            running.NoteMissing(DropCause.CaptureRestart);
            GiveToCapture(running);
        }

        BeginPending();
    }

    /// <summary>The capture process lives and opens its camera anew by itself; it is only shown here.</summary>
    private void OnCameraState(CaptureProcess from, CaptureCameraState state)
    {
        if (from != process)
        {
            return;
        }

        if (state.Present)
        {
            logger.LogInformation("The camera is there again");
        }
        else if (lost?.Cause != state.Cause)
        {
            logger.LogError("The camera is lost ({Cause}): {Message}", state.Cause, state.Message);
        }

        lost = state.Present ? null : state;
        problem = state.Message;
    }

    private void OnCaptureTakeEnded(CaptureProcess from, CaptureTakeEnded ended)
    {
        if (from != process || captureTakeId != ended.TakeId)
        {
            return;
        }

        captureTakeId = null;
        if (take is { } running && running.Id.ToString() == ended.TakeId)
        {
            if (ended.Failure is { } failure)
            {
                logger.LogError("{Take} ends: {Failure}", running.Id, failure);
                problem = failure;
            }

            running.Finish(ended.Failure is null ? running.EndReason : TakeEndReason.CaptureFailed, ended.Slots);
        }

        BeginPending();
    }

    private void OnExited(CaptureProcess from, string why)
    {
        if (from != process)
        {
            return;
        }

        from.Dispose();
        Volatile.Write(ref process, null);
        ready = null;
        lost = null;
        captureTakeId = null;
        processGoneNs = MonotonicClock.NowNs;
        if (closing)
        {
            take?.Finish(take.EndReason);
            return;
        }

        logger.LogError("The capture process is gone ({Why}) and is started again", why);
        problem ??= "The camera stopped delivering pictures and is started again.";
        metrics.CaptureRestarts.Inc();
        failures++;
        StartCaptureIfDue();
    }

    private void Tick()
    {
        StartCaptureIfDue();
        BeginPending();
        var now = MonotonicClock.NowNs;
        if (take is { IsFinishing: false } running)
        {
            Watch(running, now);
        }
        else if (take is null && captureTakeId is not null && now > captureBusyUntilNs)
        {
            KillCapture("it did not end the take");
            captureBusyUntilNs = now + StopPatienceNs;
        }
        else if (process is not null && ready is null && now - processStartedNs > ReadyPatienceNs)
        {
            KillCapture("it did not become ready");
        }
        else if (ready is not null && Math.Max(Math.Max(readyAtNs, Volatile.Read(ref lostToldNs)), Volatile.Read(ref previewAtNs)) + PreviewPatienceNs < now)
        {
            KillCapture("no preview came");
        }

        if (ready is not null && failures > 0 && now - processStartedNs > 10 * SecondNs)
        {
            failures = 0;
        }
    }

    private void Watch(CameraTake running, long now)
    {
        var silentNs = now - Math.Max(Math.Max(running.LastFrameAtNs, readyAtNs), Volatile.Read(ref lostToldNs));
        if (running.StopNs is { } stopNs && (now > stopNs + StopPatienceNs || (process is null && now > stopNs)))
        {
            running.Finish(running.EndReason);
            KillCapture("it did not end the take");
        }
        else if (now - running.LastFrameAtNs > GiveUpNs || (running.Writer.Frames == 0 && now > running.StartNs + StartPatienceNs))
        {
            problem = "The camera delivers no pictures; the recording was ended.";
            running.Finish(TakeEndReason.CaptureFailed);
        }
        else if (process is not null && ready is null && now - processStartedNs > ReadyInTakePatienceNs)
        {
            KillCapture("it did not become ready");
        }
        else if (process is not null && ready is not null && silentNs > FramePatienceNs && !running.Writer.IsBacklogged)
        {
            KillCapture("no picture came for two seconds");
        }
    }

    private void KillCapture(string why)
    {
        if (process is { } running)
        {
            logger.LogError("The capture process is ended: {Why}", why);
            running.Kill();
            processStartedNs = readyAtNs = MonotonicClock.NowNs;
        }
    }

    /// <summary>At once after the first fault, then with growing pauses; never more than a second within a take.</summary>
    private void StartCaptureIfDue()
    {
        var pauseNs = failures <= 1 ? 0 : Math.Min(take is null ? 5 * SecondNs : SecondNs, (SecondNs / 4) << Math.Min(failures - 2, 8));
        if (process is not null || closing || MonotonicClock.NowNs < processGoneNs + pauseNs)
        {
            return;
        }

        try
        {
            var started = CaptureProcess.Start(command, logger);
            Volatile.Write(ref process, started);
            processStartedNs = MonotonicClock.NowNs;
            started.Send(
                CaptureMessageType.Configure,
                options.Configure(identity.Id.Value, probe.Requires(options.Source) ? probe.ProofsPath : null),
                CaptureJson.Default.ConfigureCapture);
            started.BeginRead(message => OnMessage(started, message), why => Post(() => OnExited(started, why)));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            problem = $"The capture process could not be started: {e.Message}";
            processGoneNs = MonotonicClock.NowNs;
            failures++;
        }
    }

    private void Post(Action action)
    {
        if (!inbox.Writer.TryWrite(action))
        {
            inbox.Writer.WriteAsync(action).AsTask().Wait();
        }
    }

    private void Publish()
    {
        var now = MonotonicClock.NowNs;
        var fps = Volatile.Read(ref status).EncodeFps;
        if (take is not { } running)
        {
            fps = 0;
        }
        else if (now - lastSecond.AtNs >= SecondNs)
        {
            fps = Math.Round((running.Writer.Frames - lastSecond.Frames) * 1e9 / (now - lastSecond.AtNs), 1);
            lastSecond = (now, running.Writer.Frames);
        }

        var o = options;
        var fresh = ready is { } mode
            ? new CameraStatus(lost is null, mode.Model, mode.Width, mode.Height, mode.Fps, mode.Codec, o.BitrateMbps, problem, null, fps, mode.Encoder, mode.Fallback)
            : new CameraStatus(false, "none", o.Width, o.Height, o.Fps, o.Codec, o.BitrateMbps, problem, null, fps);
        Volatile.Write(ref status, fresh);
    }

    private sealed record PendingStart(TakeRequest Request, TaskCompletionSource<TakeStarted> Started, long DeadlineNs);
}
