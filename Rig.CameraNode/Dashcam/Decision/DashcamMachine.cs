using Rig.CameraNode.Dashcam.Usb;
using static Rig.CameraNode.Dashcam.Decision.DashcamInput;

namespace Rig.CameraNode.Dashcam.Decision;

/// <summary>
/// Decides by seed 004: when the camera records, when its storage is read out, when to upload and when to shut down. Pure: the same
/// inputs at the same times give the same effects. The table is in docs/design/dashcam.md.
/// </summary>
internal static class DashcamMachine
{
    private static readonly TimeSpan PortTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DetectGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CopyStall = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UnmountTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutDownTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Unmounts that are tried before a shutdown or an end goes on without; the power then stays on.</summary>
    private const int FinalUnmounts = 2;

    internal static (DashcamState State, IReadOnlyList<DashcamEffect> Effects) Step(DashcamState state, DecisionRules rules, DashcamInput input, TimeSpan now)
    {
        if (state.Ended)
        {
            return (state, []);
        }

        var effects = new List<DashcamEffect>();
        var next = Expire(Apply(state, rules, input, now), rules, now);
        return (Advance(next, rules, now, effects), effects);
    }

    internal static DashcamGoal Goal(DashcamState s, DecisionRules rules, TimeSpan now)
    {
        if (s.Stopping)
        {
            return DashcamGoal.Stop;
        }

        if (!s.PowerKnown)
        {
            return DashcamGoal.Begin;
        }

        if (!s.PowerReadable)
        {
            return DashcamGoal.Safe;
        }

        if (!s.Mains && s.BelowShutdown)
        {
            return DashcamGoal.ShutDown;
        }

        if (!s.Mains && s.BelowDisconnect)
        {
            return DashcamGoal.Disconnect;
        }

        if (!s.HostKnown)
        {
            // A few seconds without the camera, instead of a start that the host's answer turns back.
            return DashcamGoal.Begin;
        }

        return rules.RecordOnMains ? GoalRecordingOnMains(s, rules, now) : GoalCopyingOnMains(s, rules, now);
    }

    private static DashcamGoal GoalCopyingOnMains(DashcamState s, DecisionRules rules, TimeSpan now)
    {
        if (!s.HostReachable)
        {
            return DashcamGoal.Record;
        }

        // Mains prefers the upload of what is staged to the next copy.
        var uploadsFirst = s.Mains && s.PendingFiles > 0 && now >= s.NextUploadAt;
        return IsTransferring(s, rules, now) || (CopyIsDue(s, rules, now) && s.Upload is null && !uploadsFirst) ? DashcamGoal.Transfer : DashcamGoal.Rest;
    }

    private static DashcamGoal GoalRecordingOnMains(DashcamState s, DecisionRules rules, TimeSpan now) =>
        s.Mains ? DashcamGoal.Record
        : IsTransferring(s, rules, now) || (CopyIsDue(s, rules, now) && s.Upload is null) ? DashcamGoal.Transfer
        : DashcamGoal.Rest;

    /// <summary>Once is one copy, also where a limit left files.</summary>
    private static bool CopyIsDue(DashcamState s, DecisionRules rules, TimeSpan now) =>
        s.RecordedSinceCopy && now >= s.NextCopyAt && !(rules.Once && s.LastCopyEnd != TimeSpan.MinValue);

    /// <summary>What has begun is not turned back by a reason to begin something else.</summary>
    private static bool IsTransferring(DashcamState s, DecisionRules rules, TimeSpan now) =>
        s.Main is { Kind: TaskKind.Detect or TaskKind.Copy } or { Kind: TaskKind.SetPort, Target: PortMode.Data } || (s.Port == PortMode.Data && CopyIsDue(s, rules, now));

    private static PortMode Wanted(DashcamGoal goal, DashcamState s, DecisionRules rules) => goal switch
    {
        DashcamGoal.Record => PortMode.Record,
        DashcamGoal.Transfer => PortMode.Data,
        DashcamGoal.Rest when rules.RecordOnMains => PortMode.Off,
        DashcamGoal.Rest => s.RecordedSinceCopy ? PortMode.Record : rules.AfterCopy,
        DashcamGoal.Safe or DashcamGoal.ShutDown or DashcamGoal.Stop => rules.SafeState,
        _ => PortMode.Off,
    };

    private static bool MayUpload(DashcamGoal goal) => goal is DashcamGoal.Record or DashcamGoal.Transfer or DashcamGoal.Rest;

    private static DashcamState Apply(DashcamState s, DecisionRules rules, DashcamInput input, TimeSpan now)
    {
        switch (input)
        {
            case Started started:
                return s with { Started = true, PendingFiles = started.PendingFiles };
            case StopRequested:
                return s with { Stopping = true, FinalPortTried = s.Stopping && s.FinalPortTried };
            case PowerRead power:
                return Read(s, rules, power);
            case PowerUnreadable:
                return s with { PowerKnown = true, PowerReadable = false };
            case HostChecked host:
                return Checked(s, rules, host.Reachable, now);
            case PortSet done when s.Main is { Kind: TaskKind.SetPort } task && task.Id == done.Id:
                return Ported(s with { Main = null }, rules, task.Target, done, now);
            case Detected detected when s.Main is { Kind: TaskKind.Detect } task && task.Id == detected.Id:
                return detected.Device is { } device && !task.Cancelled
                    ? s with { Main = null, Found = device }
                    : CopyFailed(s with { Main = null }, rules, task.Cancelled, now);
            case CopyProgressed progress when s.Main is { Kind: TaskKind.Copy, Cancelled: false } task && task.Id == progress.Id:
                return s with { Main = task with { Deadline = now + CopyStall } };
            case CopyEnded ended when s.Main is { Kind: TaskKind.Copy } task && task.Id == ended.Id:
                return Copied(s with { Main = null }, rules, task, ended, now);
            case UnmountEnded ended when s.Main is { Kind: TaskKind.Unmount } task && task.Id == ended.Id:
                return Unmounted(s with { Main = null }, rules, ended.Succeeded, now);
            case UploadEnded ended when s.Upload is { } task && task.Id == ended.Id:
                return Uploaded(s with { Upload = null, PendingFiles = ended.PendingFiles }, rules, task, ended.Succeeded, now);
            case ShutdownEnded ended when s.Main is { Kind: TaskKind.ShutDown } task && task.Id == ended.Id:
                return s with { Main = null, ShutDownOrdered = ended.Succeeded, NextShutDownAt = now + rules.RetryDelay };
            case Lost lost:
                return GiveUp(s, rules, lost.Id, now);
            default:
                // A tick, or the completion of something that was given up.
                return s;
        }
    }

    private static DashcamState Read(DashcamState s, DecisionRules rules, PowerRead power)
    {
        // Strictly below; above again only at the threshold and the hysteresis.
        bool Below(bool was, double threshold) => power.Percent < threshold || (was && power.Percent < Math.Min(100, threshold + rules.HysteresisPercent));
        var next = s with
        {
            PowerKnown = true,
            PowerReadable = true,
            Percent = power.Percent,
            Mains = power.Mains,
            BelowDisconnect = Below(s.BelowDisconnect, rules.DisconnectPercent),
            BelowShutdown = Below(s.BelowShutdown, rules.ShutdownPercent),
        };

        // The car was started, or the battery recovered, before the shutdown was ordered.
        return power.Mains || !next.BelowShutdown ? next with { FinalPortTried = next.Stopping && next.FinalPortTried } : next;
    }

    private static DashcamState Checked(DashcamState s, DecisionRules rules, bool reachable, TimeSpan now)
    {
        // One lost answer is not a network that is gone.
        var misses = reachable ? 0 : s.HostMisses + 1;
        var next = s with { HostKnown = true, HostMisses = misses, HostReachable = reachable || (s.HostReachable && misses < 2) };
        if (!next.HostReachable || s.HostReachable)
        {
            return next;
        }

        var soonest = s.LastCopyEnd == TimeSpan.MinValue ? now : Later(now, s.LastCopyEnd + rules.RetryDelay);
        return next with
        {
            NextCopyAt = s.CopyFailures == 0 ? Earlier(s.NextCopyAt, soonest) : s.NextCopyAt,
            NextUploadAt = s.UploadFailures == 0 ? now : s.NextUploadAt,
        };
    }

    private static DashcamState Ported(DashcamState s, DecisionRules rules, PortMode target, PortSet done, TimeSpan now)
    {
        if (done.Succeeded)
        {
            return s with { Port = target, PortFailures = 0, NextPortAt = now, RecordedSinceCopy = s.RecordedSinceCopy || target == PortMode.Record };
        }

        return done.RetryAfter is { } wait
            ? s with { NextPortAt = now + wait }
            : s with { Port = PortMode.Unknown, PortFailures = s.PortFailures + 1, NextPortAt = now + Pause(rules, s.PortFailures) };
    }

    private static DashcamState CopyFailed(DashcamState s, DecisionRules rules, bool cancelled, TimeSpan now) => cancelled
        ? s with { LastCopyEnd = now }
        : s with { LastCopyEnd = now, CopyFailures = s.CopyFailures + 1, NextCopyAt = now + Pause(rules, s.CopyFailures) };

    private static DashcamState Copied(DashcamState s, DecisionRules rules, RunningTask task, CopyEnded ended, TimeSpan now)
    {
        var next = s with { MayBeMounted = !ended.Unmounted, PendingFiles = ended.PendingFiles, NextUploadAt = s.UploadFailures == 0 ? now : s.NextUploadAt };
        if (!ended.Succeeded)
        {
            return CopyFailed(next, rules, task.Cancelled, now);
        }

        return next with
        {
            LastCopyEnd = now,
            CopyFailures = 0,
            WaitsForSpace = ended.StagingFull,
            RecordedSinceCopy = ended.More || ended.StagingFull,
            NextCopyAt = now + (ended.More && !ended.StagingFull ? rules.RetryDelay : rules.CopyInterval),
        };
    }

    private static DashcamState Unmounted(DashcamState s, DecisionRules rules, bool succeeded, TimeSpan now) => succeeded
        ? s with { MayBeMounted = false, UnmountFailures = 0 }
        : s with { UnmountFailures = s.UnmountFailures + 1, NextUnmountAt = now + Pause(rules, s.UnmountFailures) };

    private static DashcamState Uploaded(DashcamState s, DecisionRules rules, RunningTask task, bool succeeded, TimeSpan now)
    {
        if (!succeeded)
        {
            return task.Cancelled ? s : s with { UploadFailures = s.UploadFailures + 1, NextUploadAt = now + Pause(rules, s.UploadFailures) };
        }

        // Room was made for what did not fit.
        return s with { UploadFailures = 0, NextUploadAt = now, NextCopyAt = s.WaitsForSpace ? Earlier(s.NextCopyAt, now + rules.RetryDelay) : s.NextCopyAt, WaitsForSpace = false };
    }

    private static DashcamState GiveUp(DashcamState s, DecisionRules rules, long id, TimeSpan now)
    {
        if (s.Upload is { } upload && upload.Id == id)
        {
            return Uploaded(s with { Upload = null }, rules, upload, succeeded: false, now);
        }

        if (s.Main is not { } task || task.Id != id)
        {
            return s;
        }

        var free = s with { Main = null };
        return task.Kind switch
        {
            TaskKind.SetPort => Ported(free, rules, task.Target, new PortSet(id, false), now),
            TaskKind.Detect => CopyFailed(free, rules, task.Cancelled, now),
            TaskKind.Copy => CopyFailed(free with { MayBeMounted = true }, rules, task.Cancelled, now),
            TaskKind.Unmount => Unmounted(free, rules, false, now),
            _ => free with { NextShutDownAt = now + rules.RetryDelay },
        };
    }

    private static DashcamState Expire(DashcamState s, DecisionRules rules, TimeSpan now)
    {
        foreach (var task in new[] { s.Main, s.Upload })
        {
            if (task?.Deadline is { } deadline && now >= deadline)
            {
                s = GiveUp(s, rules, task.Id, now);
            }
        }

        return s;
    }

    private static DashcamState Advance(DashcamState s, DecisionRules rules, TimeSpan now, List<DashcamEffect> effects)
    {
        if (!s.Started)
        {
            return s;
        }

        var goal = Goal(s, rules, now);
        s = goal == DashcamGoal.Transfer ? s : s with { Found = null };
        s = Interrupt(s, goal, now, effects);
        if (s.Main is null)
        {
            s = AdvanceMain(s, rules, goal, now, effects);
        }

        if (s is { Upload: null, HostReachable: true, PendingFiles: > 0 } && rules.Uploads && MayUpload(goal) && now >= s.NextUploadAt
            && s.Main is null or { Kind: TaskKind.SetPort, Target: not PortMode.Data })
        {
            effects.Add(new DashcamEffect.Upload(s.NextId));
            s = s with { NextId = s.NextId + 1, Upload = new RunningTask(s.NextId, TaskKind.Upload, null) };
        }

        return EndWhereDone(s, rules, goal, now, effects);
    }

    /// <summary>Copies and uploads that the goal has no more use for.</summary>
    private static DashcamState Interrupt(DashcamState s, DashcamGoal goal, TimeSpan now, List<DashcamEffect> effects)
    {
        if (s.Main is { Kind: TaskKind.Detect or TaskKind.Copy, Cancelled: false } task && goal != DashcamGoal.Transfer)
        {
            effects.Add(new DashcamEffect.Cancel(task.Id));
            s = s with { Main = task with { Cancelled = true, Deadline = now + CancelGrace } };
        }

        if (s.Upload is { Cancelled: false } upload && !MayUpload(goal))
        {
            effects.Add(new DashcamEffect.Cancel(upload.Id));
            s = s with { Upload = upload with { Cancelled = true, Deadline = now + CancelGrace } };
        }

        return s;
    }

    private static DashcamState AdvanceMain(DashcamState s, DecisionRules rules, DashcamGoal goal, TimeSpan now, List<DashcamEffect> effects)
    {
        var final = goal is DashcamGoal.ShutDown or DashcamGoal.Stop;

        // Nothing touches the port before the volume is unmounted, whatever waits.
        if (s.MayBeMounted && !(final && s.UnmountFailures >= FinalUnmounts))
        {
            return now >= s.NextUnmountAt || final ? Begin(s, TaskKind.Unmount, now + UnmountTimeout, effects, id => new DashcamEffect.Unmount(id)) : s;
        }

        var wanted = Wanted(goal, s, rules);
        if (s.Port != wanted && !s.MayBeMounted && !(final && s.FinalPortTried))
        {
            if (now < s.NextPortAt && !final)
            {
                return s;
            }

            s = s with { FinalPortTried = final };
            return Begin(s, TaskKind.SetPort, now + PortTimeout, effects, id => new DashcamEffect.SetPort(id, wanted), wanted);
        }

        if (goal == DashcamGoal.Transfer && s is { Upload: null, Found: { } device })
        {
            return Begin(s with { Found = null, MayBeMounted = true }, TaskKind.Copy, now + CopyStall, effects, id => new DashcamEffect.Copy(id, device));
        }

        return goal switch
        {
            DashcamGoal.ShutDown when now >= s.NextShutDownAt => Begin(s, TaskKind.ShutDown, now + ShutDownTimeout, effects, id => new DashcamEffect.ShutDown(id)),
            DashcamGoal.Transfer when s.Upload is null => Begin(s, TaskKind.Detect, now + rules.DetectTimeout + DetectGrace, effects, id => new DashcamEffect.Detect(id)),
            _ => s,
        };
    }

    /// <summary>Stopped and safe, or one round done.</summary>
    private static DashcamState EndWhereDone(DashcamState s, DecisionRules rules, DashcamGoal goal, TimeSpan now, List<DashcamEffect> effects)
    {
        var idle = s is { Main: null, Upload: null };
        var portWaits = s is { PortFailures: 0, MayBeMounted: false } && s.Port != Wanted(goal, s, rules) && now < s.NextPortAt;
        var onceDone = rules.Once && !portWaits && s is { PowerKnown: true, HostKnown: true } && goal != DashcamGoal.ShutDown;
        if (!idle || !(goal == DashcamGoal.Stop || onceDone || (rules.Once && s.ShutDownOrdered)))
        {
            return s;
        }

        effects.Add(new DashcamEffect.Exit(s is { CopyFailures: 0, UploadFailures: 0, PortFailures: 0, MayBeMounted: false } && (s.PowerReadable || s.Stopping)));
        return s with { Ended = true };
    }

    private static DashcamState Begin(DashcamState s, TaskKind kind, TimeSpan? deadline, List<DashcamEffect> effects, Func<long, DashcamEffect> effect, PortMode target = PortMode.Unknown)
    {
        effects.Add(effect(s.NextId));
        return s with { NextId = s.NextId + 1, Main = new RunningTask(s.NextId, kind, deadline, target) };
    }

    private static TimeSpan Pause(DecisionRules rules, int failuresBefore) =>
        Earlier(rules.RetryDelay * Math.Pow(2, Math.Min(failuresBefore, 20)), rules.MaxRetryDelay);

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
