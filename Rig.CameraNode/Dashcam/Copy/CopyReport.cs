namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>What one copy did.</summary>
internal sealed record CopyReport
{
    public int Copied { get; init; }

    public long CopiedBytes { get; init; }

    /// <summary>Their content was known.</summary>
    public int Skipped { get; init; }

    /// <summary>Files that were left, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Files were left because of a limit, or because they still grew.</summary>
    public bool More { get; init; }

    /// <summary>Files were left because the staging folder has no room; the sentence says how little.</summary>
    public string? StagingFull { get; init; }

    /// <summary>Null where the volume was read to its end.</summary>
    public string? Failure { get; init; }

    public bool Succeeded => Failure is null && Problems.Count == 0;
}
