using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>
/// Keeps one capture process alive: when it is started, given a take, told to stop, and ended because it is of no more use. Pure: each
/// method takes what happened and CLOCK_MONOTONIC, and returns the next state and what is to be done.
/// </summary>
/// <remarks>
/// None -> Starting -> Running, and back when the process is gone. Every process has a number, and what an earlier one still says changes
/// nothing. A process that replaces another is given the running take as soon as it is ready. docs/design/recording.md.
/// </remarks>
internal sealed record CaptureState
{
    private const long SecondNs = 1_000_000_000;

    /// <summary>A busy machine may take many seconds to start a process; within a take less is waited for.</summary>
    internal const long ReadyTimeoutNs = 60 * SecondNs;
    internal const long ReadyInTakeTimeoutNs = 15 * SecondNs;
    internal const long PreviewTimeoutNs = 10 * SecondNs;
    internal const long FrameTimeoutNs = 2 * SecondNs;
    internal const long StopTimeoutNs = 5 * SecondNs;

    /// <summary>A process that has run for so long is well: the next fault is a first one.</summary>
    internal const long WellAfterNs = 10 * SecondNs;
    private const long FirstPauseNs = SecondNs / 4;
    private const long LongestPauseNs = 5 * SecondNs;
    private const long LongestPauseInTakeNs = SecondNs;

    /// <summary>Of the process that is there or is starting.</summary>
    public long Process { get; init; }

    public CaptureLife Life { get; init; }

    public CaptureMode? Mode { get; init; }

    public CaptureEvent.CameraLost? Lost { get; init; }

    public string? Problem { get; init; } = CaptureView.Starting.Problem;

    /// <summary>What is to be recorded now.</summary>
    public TakeStart? Take { get; init; }

    public long? StopNs { get; init; }

    /// <summary>The take that the process was given and has not ended.</summary>
    public TakeId? Busy { get; init; }

    private long StartedNs { get; init; }

    /// <summary>Pictures are waited for from here on, not from the process's start.</summary>
    private long ReadyNs { get; init; }

    private long LostToldNs { get; init; }

    private long GoneNs { get; init; } = long.MinValue / 2;

    private long BusyUntilNs { get; init; }

    private int Failures { get; init; }

    private bool IsClosing { get; init; }

    public CaptureView View => new(Life != CaptureLife.None, Mode, Lost is not null, Problem, Busy);

    /// <summary>A take is to be recorded, by this process and by those that may replace it.</summary>
    public CaptureStep Deliver(TakeStart take) => new CaptureStep(this with { Take = take, StopNs = null }).Then(s => s.Give());

    /// <param name="stopNs">The earliest of several counts.</param>
    public CaptureStep Stop(TakeId id, long stopNs)
    {
        if (Take?.Id != id)
        {
            return new(this);
        }

        var next = this with { StopNs = Math.Min(stopNs, StopNs ?? long.MaxValue) };
        return Busy == id ? new(next, [new CaptureEffect.Stop(id, next.StopNs.Value)]) : new(next);
    }

    /// <summary>Nothing more is expected of the take. A process that goes on with it is told to stop and then ended.</summary>
    /// <param name="kill">Why the process is ended at once; null to let it end the take.</param>
    /// <param name="problem">For people; null leaves what is known.</param>
    public CaptureStep Release(TakeId id, string? kill, string? problem, long nowNs)
    {
        var next = this with { Problem = problem ?? Problem, Take = Take?.Id == id ? null : Take, StopNs = Take?.Id == id ? null : StopNs };
        if (kill is not null && Busy == id)
        {
            return next.Kill(kill, nowNs);
        }

        return Busy == id && Take?.Id == id
            ? new(next with { BusyUntilNs = nowNs + StopTimeoutNs }, [new CaptureEffect.Stop(id, nowNs)])
            : new(next);
    }

    /// <summary>The camera delivers previews, no take is asked for, and nothing is known to be wrong.</summary>
    public bool IsIdle => Life == CaptureLife.Running && Mode is not null && Take is null && Busy is null && Lost is null && Problem is null;

    /// <summary>No further process is started.</summary>
    public CaptureStep Close() => new(this with { IsClosing = true });

    public CaptureStep Tick(CaptureFacts facts) => StartIfDue(facts.NowNs).Then(s => s.Watch(facts)).Then(s => s.Forgive(facts.NowNs));

    public CaptureStep Launched(long process, long nowNs) => IsOf(process, CaptureLife.Starting)
        ? new(this with { Life = CaptureLife.Running, StartedNs = nowNs })
        : new(this);

    public CaptureStep NotLaunched(long process, string why, long nowNs) => IsOf(process, CaptureLife.Starting)
        ? new CaptureStep(this with { Life = CaptureLife.None, GoneNs = nowNs, Failures = Failures + 1, Problem = $"The capture process could not be started: {why}" })
            .With(new CaptureEffect.Log(LogLevel.ErrorLevel, $"The capture process could not be started: {why}"))
        : new(this);

    public CaptureStep Exited(long process, string why, long nowNs)
    {
        if (!IsOf(process, CaptureLife.Running))
        {
            return new(this);
        }

        var gone = this with { Life = CaptureLife.None, Mode = null, Lost = null, Busy = null, GoneNs = nowNs };
        return IsClosing
            ? new(gone)
            : new CaptureStep(
                gone with { Problem = Problem ?? "The camera stopped delivering pictures and is started again.", Failures = Failures + 1 },
                [new CaptureEffect.Log(LogLevel.ErrorLevel, $"The capture process is gone ({why}) and is started again")]).Then(s => s.StartIfDue(nowNs));
    }

    public CaptureStep Hear(long process, CaptureEvent told, long nowNs) => !IsOf(process, CaptureLife.Running) ? new(this) : told switch
    {
        CaptureEvent.Ready ready => OnReady(ready.Mode, nowNs),
        CaptureEvent.CameraLost lost => new CaptureStep(this with { Lost = lost, Problem = lost.Message, LostToldNs = nowNs })
            .With(Lost?.Cause == lost.Cause ? null : new CaptureEffect.Log(LogLevel.ErrorLevel, $"The camera is lost ({lost.Cause}): {lost.Message}")),
        CaptureEvent.CameraFound => new(this with { Lost = null, Problem = null, LostToldNs = nowNs }, [new CaptureEffect.Log(LogLevel.InfoLevel, "The camera is there again")]),
        CaptureEvent.TakeEnded ended => OnTakeEnded(ended),
        CaptureEvent.Trouble trouble => new(this with { Problem = trouble.Message }),
        _ => new(this),
    };

    private CaptureStep OnReady(CaptureMode mode, long nowNs) =>
        new CaptureStep(this with { Mode = mode, ReadyNs = nowNs, Lost = null, Problem = null })
            .With(mode.Fallback is { } why ? new CaptureEffect.Log(LogLevel.WarningLevel, why) : null)
            .Then(s => s.Give());

    private CaptureStep OnTakeEnded(CaptureEvent.TakeEnded ended)
    {
        if (Busy != ended.Id)
        {
            return new(this);
        }

        var free = this with { Busy = null, Problem = ended.Failure ?? Problem };
        return Take?.Id != ended.Id
            ? free.Give()
            : new(free with { Take = null, StopNs = null }, [new CaptureEffect.Delivered(ended.Id, ended.Slots, ended.Failure)]);
    }

    private CaptureStep Give()
    {
        if (Take is not { } take || Mode is null || Busy is not null)
        {
            return new(this);
        }

        ImmutableList<CaptureEffect> effects = [new CaptureEffect.Begin(take)];
        return new(this with { Busy = take.Id }, StopNs is { } stopNs ? effects.Add(new CaptureEffect.Stop(take.Id, stopNs)) : effects);
    }

    /// <summary>At once after the first fault, then with growing pauses; never more than a second within a take.</summary>
    private CaptureStep StartIfDue(long nowNs)
    {
        var longestNs = Take is null ? LongestPauseNs : LongestPauseInTakeNs;
        var pauseNs = Failures <= 1 ? 0 : Math.Min(longestNs, FirstPauseNs << Math.Min(Failures - 2, 8));
        return Life != CaptureLife.None || IsClosing || nowNs < GoneNs + pauseNs
            ? new(this)
            : new(this with { Life = CaptureLife.Starting, Process = Process + 1, StartedNs = nowNs }, [new CaptureEffect.Launch(Process + 1)]);
    }

    private CaptureStep Watch(CaptureFacts facts)
    {
        var now = facts.NowNs;
        if (Life == CaptureLife.None)
        {
            return new(this);
        }

        if (Mode is null)
        {
            return now - StartedNs > (Take is null ? ReadyTimeoutNs : ReadyInTakeTimeoutNs) ? Kill("it did not become ready", now) : new(this);
        }

        if (Take is { } take)
        {
            var lastNs = Math.Max(Math.Max(take.StartNs, facts.FrameNs), Math.Max(ReadyNs, LostToldNs));
            return now - lastNs > FrameTimeoutNs && !facts.IsBacklogged ? Kill("no picture came for two seconds", now) : new(this);
        }

        if (Busy is not null && now > BusyUntilNs)
        {
            return (this with { BusyUntilNs = now + StopTimeoutNs }).Kill("it did not end the take", now);
        }

        return now - Math.Max(Math.Max(ReadyNs, LostToldNs), facts.PreviewNs) > PreviewTimeoutNs ? Kill("no preview came", now) : new(this);
    }

    /// <summary>Its end is told like any other's. Until then all that is waited for is waited for again.</summary>
    private CaptureStep Kill(string why, long nowNs) => Life switch
    {
        CaptureLife.Running => new(
            this with { StartedNs = nowNs, ReadyNs = nowNs },
            [new CaptureEffect.Log(LogLevel.ErrorLevel, $"The capture process is ended: {why}"), new CaptureEffect.Kill()]),
        CaptureLife.Starting => NotLaunched(Process, why, nowNs),
        _ => new(this),
    };

    private CaptureStep Forgive(long nowNs) => new(Mode is not null && nowNs - StartedNs > WellAfterNs ? this with { Failures = 0 } : this);

    private bool IsOf(long process, CaptureLife life) => Process == process && Life == life;
}

internal enum CaptureLife
{
    None,
    Starting,
    Running,
}

/// <param name="NowNs">CLOCK_MONOTONIC, as all are.</param>
/// <param name="PreviewNs">When the newest preview came.</param>
/// <param name="FrameNs">When the take's newest frame came; 0 before the first.</param>
/// <param name="IsBacklogged">Frames wait for the disk: a process that delivers none may be waiting for it, too.</param>
internal readonly record struct CaptureFacts(long NowNs, long PreviewNs = 0, long FrameNs = 0, bool IsBacklogged = false);
