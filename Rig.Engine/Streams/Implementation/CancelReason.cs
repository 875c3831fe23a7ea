namespace Rig.Engine.Streams.Implementation;

/// <summary>Why a stream was cancelled from below, when it was not for a failure.</summary>
internal sealed class CancelReason : Exception
{
    public static readonly CancelReason NoMoreElementsNeeded = new("Downstream needs no more elements.");

    public static readonly CancelReason StageWasCompleted = new("The stage downstream was completed.");

    private CancelReason(string message)
        : base(message)
    {
    }
}
