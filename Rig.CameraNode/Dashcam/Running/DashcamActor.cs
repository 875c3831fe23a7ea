using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Upload;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Running;

internal static class DashcamProtocol
{
    /// <summary>Unmount, leave the camera safe, end.</summary>
    internal sealed record Stop;

    internal sealed record GetState;
}

/// <summary>
/// Lets <see cref="DashcamMachine"/> decide, and has its actors carry it out: power, port, detector, copy, upload. Each completion goes back to the
/// decision with the id of what it completes.
/// </summary>
internal sealed class DashcamActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly DashcamPorts ports;
    private readonly DecisionRules rules;
    private readonly TimeSpan interval;
    private readonly Action<bool> onEnded;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly CancellationTokenSource stopping = new();
    private readonly long begin;
    private readonly IActorRef power;
    private readonly IActorRef port;
    private readonly IActorRef detector;
    private readonly IActorRef copy;
    private readonly IActorRef upload;
    private DashcamState state = new();
    private DashcamStatus status = new() { ProcessId = Environment.ProcessId };
    private DashcamStatus? published;
    private DashcamGoal? told;
    private long polls;

    /// <param name="onEnded">Called once: everything is unmounted and safe, or could not be made so (false).</param>
    public DashcamActor(DashcamPorts ports, DecisionRules rules, TimeSpan interval, Action<bool> onEnded)
    {
        (this.ports, this.rules, this.interval, this.onEnded) = (ports, rules, interval, onEnded);
        begin = ports.Time.GetTimestamp();
        power = Context.ActorOf(PowerActor.PropsOf(ports.Power), "power");
        port = Context.ActorOf(UsbPortActor.PropsOf(ports.Port), "port");
        detector = Context.ActorOf(DeviceDetector.PropsOf(ports.Search), "detector");
        copy = Context.ActorOf(CopyActor.PropsOf(ports.Mounts, ports.Copier), "copy");
        upload = Context.ActorOf(UploadActor.PropsOf(ports.Uploader), "upload");
        ReceiveReports();
        Receive<Begin>(_ => Decide(new DashcamInput.Started(ports.PendingFiles())));
        Receive<Poll>(_ => OnPoll());
        Receive<Tick>(_ => Decide(new DashcamInput.Tick()));
        Receive<HostAnswered>(answered => Decide(new DashcamInput.HostChecked(answered.Reachable)));
        Receive<ShutdownAnswered>(answered =>
        {
            log.Log(answered.Problem is null ? Akka.Event.LogLevel.InfoLevel : Akka.Event.LogLevel.ErrorLevel, answered.Problem is null ? "Shutdown: ordered" : "Shutdown failed: " + answered.Problem);
            Decide(new DashcamInput.ShutdownEnded(answered.Id, answered.Problem is null));
        });
        Receive<ChildFailed>(OnChildFailed);
        Receive<DashcamProtocol.Stop>(_ =>
        {
            log.Info("Stopping: unmount, then the camera is left {0}", rules.SafeState);
            Decide(new DashcamInput.StopRequested());
        });
        Receive<DashcamProtocol.GetState>(_ => Sender.Tell(state));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props PropsOf(DashcamPorts ports, DecisionRules rules, TimeSpan interval, Action<bool> onEnded) =>
        Props.Create(() => new DashcamActor(ports, rules, interval, onEnded));

    protected override void PreStart()
    {
        Self.Tell(new Begin());
        Timers.StartPeriodicTimer("poll", new Poll(), TimeSpan.Zero, interval);
        var tick = interval < LongestTick ? interval : LongestTick;
        Timers.StartPeriodicTimer("tick", new Tick(), tick, tick);
    }

    protected override void PostStop() => stopping.Cancel();

    protected override SupervisorStrategy SupervisorStrategy() => new RestartAndTell(Self);

    private void ReceiveReports()
    {
        Receive<PowerProtocol.PowerAnswered>(answered => answered.Id == polls, OnPower);
        Receive<PowerProtocol.PowerAnswered>(_ => { });
        Receive<UsbPortProtocol.PortAnswered>(answered =>
        {
            var (problem, wait) = (answered.Answer.Problem, answered.Answer.RetryAfter);
            if (wait is null && problem is not null)
            {
                log.Error("Port: {0}", problem);
            }

            status = status with { PortProblem = wait is null ? problem : status.PortProblem };
            Decide(new DashcamInput.PortSet(answered.Id, problem is null, wait));
        });
        Receive<DetectorProtocol.CameraSought>(sought =>
        {
            log.Info(sought.Device is { } device ? $"Camera: {device.Node} at {device.UsbName}" : "Camera: no storage appeared");
            status = status with { CopyProblem = sought.Device is null ? "The camera's storage did not appear." : status.CopyProblem };
            Decide(new DashcamInput.Detected(sought.Id, sought.Device));
        });
        Receive<CopyProtocol.CopyWorks>(works => Decide(new DashcamInput.CopyProgressed(works.Id)));
        Receive<CopyProtocol.CopyDone>(OnCopied);
        Receive<CopyProtocol.LeftUnmounted>(left =>
        {
            foreach (var problem in left.Problems)
            {
                log.Error("Unmount: {0}", problem);
            }

            Decide(new DashcamInput.UnmountEnded(left.Id, left.Problems.Count == 0));
        });
        Receive<UploadProtocol.UploadWorks>(works => log.Info("Upload: {0} files verified, {1} to go", works.Report.Verified, works.Report.Pending));
        Receive<UploadProtocol.UploadDone>(OnUploaded);
    }

    private void OnPoll()
    {
        power.Tell(new PowerProtocol.ReadPower(++polls));
        ports.Host.IsReachableAsync(stopping.Token).PipeTo(Self, Self, success: reachable => new HostAnswered(reachable), failure: _ => new HostAnswered(false));
        if (state is { Main: null, Upload: null })
        {
            upload.Tell(new UploadProtocol.CleanUp());
        }
    }

    private void OnPower(PowerProtocol.PowerAnswered answered)
    {
        var (reading, problem) = (answered.Answer.Reading, answered.Answer.Problem);
        if (problem != status.BatteryProblem)
        {
            log.Log(problem is null ? Akka.Event.LogLevel.InfoLevel : Akka.Event.LogLevel.ErrorLevel, problem is null ? "Battery: readable again" : "Battery: " + problem);
        }

        status = status with { BatteryPercent = reading?.Percent, Mains = reading?.Mains, BatteryProblem = problem };
        Decide(reading is null ? new DashcamInput.PowerUnreadable() : new DashcamInput.PowerRead(reading.Percent, reading.Mains));
    }

    private void OnCopied(CopyProtocol.CopyDone done)
    {
        var report = done.Report;
        log.Info("Copy: {0} files ({1:0.#} MB) copied, {2} known", report.Copied, report.CopiedBytes / 1e6, report.Skipped);
        foreach (var problem in report.Problems.Append(report.Failure).Append(report.StagingFull).OfType<string>())
        {
            log.Warning("Copy: {0}", problem);
        }

        status = status with
        {
            CopiedFiles = status.CopiedFiles + report.Copied,
            CopiedBytes = status.CopiedBytes + report.CopiedBytes,
            CopyProblem = report.Failure ?? (report.Problems is [var first, ..] ? first : report.StagingFull),
        };
        Decide(new DashcamInput.CopyEnded(done.Id, report.Succeeded, done.Unmounted, ports.PendingFiles(), report.More, report.StagingFull is not null));
    }

    private void OnUploaded(UploadProtocol.UploadDone done)
    {
        var report = done.Report;
        log.Info("Upload: {0} files verified at the host", report.Verified);
        if (report.Failure is { } failure)
        {
            log.Error("Upload: {0}", failure);
        }

        status = status with
        {
            VerifiedFiles = status.VerifiedFiles + report.Verified,
            VerifiedBytes = status.VerifiedBytes + report.VerifiedBytes,
            UploadProblem = report.Failure,
        };
        Decide(new DashcamInput.UploadEnded(done.Id, report.Failure is null, ports.PendingFiles()));
    }

    private void OnChildFailed(ChildFailed failed)
    {
        log.Error(failed.Cause, "{0} failed and was restarted", failed.Child.Path.Name);
        var lost = failed.Child.Equals(upload) ? state.Upload : state.Main;
        if (lost is not null && !failed.Child.Equals(power))
        {
            Decide(new DashcamInput.Lost(lost.Id));
        }
    }

    private void Decide(DashcamInput input)
    {
        var now = ports.Time.GetElapsedTime(begin);
        (state, var effects) = DashcamMachine.Step(state, rules, input, now);
        var goal = DashcamMachine.Goal(state, rules, now);
        if (goal != told)
        {
            told = goal;
            log.Info("{0}: battery {1}, {2}, host {3}", Name(goal), Battery(), state.Mains ? "mains" : "no mains", state.HostReachable ? "reachable" : "not reachable");
        }

        Publish(goal);
        foreach (var effect in effects)
        {
            CarryOut(effect);
        }
    }

    private string Battery() => state.PowerReadable ? FormattableString.Invariant($"{state.Percent:0.#} %") : "unknown";

    private void CarryOut(DashcamEffect effect)
    {
        switch (effect)
        {
            case DashcamEffect.SetPort set:
                log.Info("Port: {0}", set.Mode);
                port.Tell(new UsbPortProtocol.SetPort(set.Id, set.Mode));
                break;
            case DashcamEffect.Detect detect:
                detector.Tell(new DetectorProtocol.FindCamera(detect.Id));
                break;
            case DashcamEffect.Copy start:
                log.Info("Copy: begins from {0}", start.Device.Node);
                copy.Tell(new CopyProtocol.StartCopy(start.Id, start.Device));
                break;
            case DashcamEffect.Unmount unmount:
                copy.Tell(new CopyProtocol.UnmountLeft(unmount.Id));
                break;
            case DashcamEffect.Upload start:
                log.Info("Upload: begins, {0} files", state.PendingFiles);
                upload.Tell(new UploadProtocol.StartUpload(start.Id));
                break;
            case DashcamEffect.Cancel cancel:
                detector.Tell(new DetectorProtocol.CancelFind(cancel.Id));
                copy.Tell(new CopyProtocol.CancelCopy(cancel.Id));
                upload.Tell(new UploadProtocol.CancelUpload(cancel.Id));
                break;
            case DashcamEffect.ShutDown shutDown:
                log.Warning("Shutdown: the battery is at {0}", Battery());
                ports.Machine.ShutDownAsync(stopping.Token).PipeTo(
                    Self, Self,
                    success: problem => new ShutdownAnswered(shutDown.Id, problem),
                    failure: cause => new ShutdownAnswered(shutDown.Id, cause.Message));
                break;
            case DashcamEffect.Exit exit:
                Timers.CancelAll();
                onEnded(exit.Succeeded);
                break;
        }
    }

    private void Publish(DashcamGoal goal)
    {
        var next = status with
        {
            Goal = Name(goal),
            Port = Name(state.Port),
            HostReachable = state.HostKnown ? state.HostReachable : null,
            Task = state.Main is { } task ? Name(task.Kind) : null,
            Uploading = state.Upload is not null,
            MayBeMounted = state.MayBeMounted,
            PendingFiles = state.PendingFiles,
        };
        var now = ports.Time.GetUtcNow();
        status = next;
        if (published is null || next != published with { UpdatedAt = next.UpdatedAt } || now - published.UpdatedAt >= interval)
        {
            published = next with { UpdatedAt = now };
            ports.Publish(published);
        }
    }

    private static string Name<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private sealed record Begin;

    private sealed record Poll;

    private sealed record Tick;

    private sealed record HostAnswered(bool Reachable);

    private sealed record ShutdownAnswered(long Id, string? Problem);

    private sealed record ChildFailed(IActorRef Child, Exception Cause);

    /// <summary>What the child worked on is lost with it, so the decision is to hear of it.</summary>
    private sealed class RestartAndTell(IActorRef self) : OneForOneStrategy(-1, -1, _ => Directive.Restart)
    {
        public override void ProcessFailure(IActorContext context, bool restart, IActorRef child, Exception cause, Akka.Actor.Internal.ChildRestartStats stats, IReadOnlyCollection<Akka.Actor.Internal.ChildRestartStats> children)
        {
            base.ProcessFailure(context, restart, child, cause, stats, children);
            self.Tell(new ChildFailed(child, cause));
        }
    }
}
