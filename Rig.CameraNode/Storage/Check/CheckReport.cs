namespace Rig.CameraNode.Storage.Check;

/// <summary>What <c>rig-node check</c> found.</summary>
/// <param name="Takes">Sealed takes with their video.</param>
/// <param name="DeletedTakes">Manifests of takes that were deleted after a server confirmed them.</param>
/// <param name="RunningTakes">Unsealed takes of a node that runs now; not looked into.</param>
/// <param name="SizeBytes">Of the videos that were read.</param>
internal sealed record CheckReport(int Takes, int DeletedTakes, int RunningTakes, long SizeBytes, IReadOnlyList<CheckFinding> Findings);

/// <param name="Code">Stable, for programs: one of <see cref="CheckCodes"/>.</param>
/// <param name="Path">The file it is about.</param>
/// <param name="Message">What is wrong, in words.</param>
/// <param name="Remedy">The option of <c>rig-node check</c> that puts it right; null where none can.</param>
internal sealed record CheckFinding(string Code, string Path, string Message, string? Remedy);

internal static class CheckCodes
{
    internal const string Unsealed = "unsealed";
    internal const string LeftOver = "left_over";
    internal const string ManifestUnreadable = "manifest_unreadable";
    internal const string ManifestDiffers = "manifest_differs";
    internal const string VideoMissing = "video_missing";
    internal const string VideoDiffers = "video_differs";
    internal const string TailTorn = "tail_torn";
    internal const string IndexDiffers = "index_differs";
    internal const string ReceiptDiffers = "receipt_differs";
    internal const string Orphan = "orphan";
    internal const string Unreadable = "unreadable";
}

/// <summary>The repairs of <c>rig-node check</c>, as its options name them.</summary>
internal static class CheckRemedies
{
    internal const string RepairTails = "--repair-tails";
    internal const string Damaged = "damaged";
    internal const string Indexes = "indexes";
    internal const string Receipts = "receipts";
    internal const string Orphans = "orphans";
    internal const string MoveAside = "--move-aside";

    internal static readonly IReadOnlyList<string> Kinds = [Damaged, Indexes, Receipts, Orphans];

    internal static string Aside(string kind) => $"{MoveAside} {kind}";
}
