namespace Rig.Ingest.Frames;

/// <summary>What a device is refused, as the contract words it: <c>{"ok":false,"error":"..."}</c>.</summary>
internal sealed class FrameRefusal(int status, string error) : Exception(error)
{
    public const string WrongKey = "invalid device key";

    public int Status => status;

    /// <summary>The server's SHA-256 of the picture that a duplicate met; null in every other case.</summary>
    public string? StoredSha256 { get; init; }

    public static FrameRefusal Missing(string field) => new(400, "missing required field: " + field);

    public static FrameRefusal Integer(string field) => new(400, "invalid integer field: " + field);

    public static FrameRefusal Field(string field) => new(400, "invalid field: " + field);

    public static FrameRefusal Json() => new(400, "invalid json");

    public static FrameRefusal TooLarge() => new(413, "body too large");
}

/// <param name="Ok">Always false.</param>
internal sealed record FrameRefusalReply(bool Ok, string Error);
