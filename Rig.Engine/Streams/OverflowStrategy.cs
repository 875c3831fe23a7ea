namespace Rig.Engine.Streams;

/// <summary>What a full buffer does with the next element.</summary>
public enum OverflowStrategy
{
    /// <summary>The oldest element goes.</summary>
    DropHead = 2,

    /// <summary>The youngest element in the buffer goes.</summary>
    DropTail = 3,

    /// <summary>All elements in the buffer go.</summary>
    DropBuffer = 4,

    /// <summary>The next element goes.</summary>
    DropNew = 5,

    /// <summary>Upstream waits.</summary>
    Backpressure = 6,

    /// <summary>The stream fails with <see cref="BufferOverflowException"/>.</summary>
    Fail = 7,
}

/// <summary>What a throttle does with an element that comes too early.</summary>
public enum ThrottleMode
{
    /// <summary>It waits.</summary>
    Shaping = 0,

    /// <summary>The stream fails with <see cref="OverflowException"/>.</summary>
    Enforcing = 1,
}
