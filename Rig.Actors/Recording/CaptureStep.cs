using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

internal sealed record CaptureStep(CaptureState State, ImmutableList<CaptureEffect> Effects)
{
    public CaptureStep(CaptureState state)
        : this(state, [])
    {
    }

    public CaptureStep With(CaptureEffect? effect) => effect is null ? this : this with { Effects = Effects.Add(effect) };

    public CaptureStep Then(Func<CaptureState, CaptureStep> next)
    {
        var after = next(State);
        return new(after.State, Effects.AddRange(after.Effects));
    }
}

/// <summary>What the supervisor is to do after a decision.</summary>
internal abstract record CaptureEffect
{
    internal sealed record Launch(long Process) : CaptureEffect;

    internal sealed record Begin(TakeStart Take) : CaptureEffect;

    internal sealed record Stop(TakeId Id, long StopNs) : CaptureEffect;

    internal sealed record Kill : CaptureEffect;

    /// <summary>The recorder is told that the take's last frame came.</summary>
    internal sealed record Delivered(TakeId Id, long Slots, string? Failure) : CaptureEffect;

    internal sealed record Log(LogLevel Level, string Text) : CaptureEffect;
}
