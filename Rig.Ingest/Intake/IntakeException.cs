namespace Rig.Ingest.Intake;

public enum IntakeFault
{
    /// <summary>What came is not what it must be.</summary>
    Invalid = 1,

    /// <summary>The bytes are not those that the checksum names. Sent again they may be.</summary>
    ChecksumMismatch = 2,

    /// <summary>The server holds other bytes under the same name.</summary>
    Conflict = 3,

    TooLarge = 4,

    /// <summary>There is no such upload or take here.</summary>
    Unknown = 5,

    TimedOut = 6,

    /// <summary>The server, or another request of the same upload, is at work. Later it may go.</summary>
    Busy = 7,

    /// <summary>The disk is full or failed. The same may be sent again once there is room.</summary>
    StorageFailed = 8,
}

/// <summary>A take, or a part of one, that is not accepted. The message is a sentence for whoever sent it.</summary>
public sealed class IntakeException(IntakeFault fault, string message) : Exception(message)
{
    public IntakeFault Fault => fault;

    /// <summary>The fault lies in what was sent and not in this server, so that waiting does not help.</summary>
    public bool IsFinal => fault is not (IntakeFault.Busy or IntakeFault.StorageFailed);

    /// <summary>SHA-256 or MD5 in lower-case hex, where checksums were compared.</summary>
    public string? Expected { get; init; }

    /// <inheritdoc cref="Expected"/>
    public string? Calculated { get; init; }

    /// <summary>Indexes of chunks that have not come; null where the fault is another.</summary>
    public IReadOnlyList<int>? MissingChunks { get; init; }

    public static IntakeException Invalid(string message) => new(IntakeFault.Invalid, message);

    public static IntakeException ChecksumMismatch(string expected, string calculated, string message = "Checksum mismatch") =>
        new(IntakeFault.ChecksumMismatch, message) { Expected = expected, Calculated = calculated };

    /// <param name="what">What could not be written, such as "the recording".</param>
    public static IntakeException DiskFailed(string what, IOException cause) =>
        new(IntakeFault.StorageFailed, $"The server's disk did not take {what}: {cause.Message} Make room or repair it, and send again.");
}
