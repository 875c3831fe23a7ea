using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

internal sealed record RecorderStep(RecorderState State, ImmutableList<RecorderEffect> Effects)
{
    public RecorderStep(RecorderState state)
        : this(state, [])
    {
    }

    public RecorderStep With(RecorderEffect effect) => this with { Effects = Effects.Add(effect) };

    public RecorderStep Answer(IActorRef? asker, object message) => asker is null ? this : With(new RecorderEffect.Answer(asker, message));

    public RecorderStep Then(Func<RecorderState, RecorderStep> next)
    {
        var after = next(State);
        return new(after.State, Effects.AddRange(after.Effects));
    }
}

/// <summary>What the recorder is to do after a decision.</summary>
internal abstract record RecorderEffect
{
    /// <summary>The order that is handled now waits until the take is settled.</summary>
    internal sealed record KeepOrder : RecorderEffect;

    /// <summary>The disk is asked which take of the session comes next.</summary>
    internal sealed record Number(long Ticket, SessionId SessionId) : RecorderEffect;

    /// <summary>The files are created.</summary>
    internal sealed record Open(RunningTake Take, CaptureMode Mode) : RecorderEffect;

    /// <summary>The capture process is to record it from now on.</summary>
    internal sealed record Deliver(TakeStart Start) : RecorderEffect;

    internal sealed record Stop(TakeId Id, long StopNs) : RecorderEffect;

    /// <inheritdoc cref="CaptureSupervisor.Release"/>
    internal sealed record Release(TakeId Id, string? Kill = null, string? Problem = null) : RecorderEffect;

    /// <inheritdoc cref="ITake.Finish"/>
    internal sealed record Finish(TakeId Id, string Reason, long? Slots, long? StopNs) : RecorderEffect;

    internal sealed record Close : RecorderEffect;

    internal sealed record Answer(IActorRef Asker, object Message) : RecorderEffect;

    /// <summary>Kept on the disk, in the order of these effects.</summary>
    internal sealed record Keep(SessionNote Note) : RecorderEffect;

    internal sealed record Play(Signal Signal, DateTimeOffset? At) : RecorderEffect;

    /// <summary>Something went wrong by itself, in words for a parent.</summary>
    internal sealed record Trouble(string Message) : RecorderEffect;
}
