namespace Rig.Domain.Messages;

/// <summary>Why a session is worked on; the number is stored.</summary>
public enum QueueReason
{
    /// <summary>Every camera's recording is there.</summary>
    Complete = 1,

    /// <summary>Nothing more came.</summary>
    Quiet = 2,

    Operator = 3,
}
