using System.Globalization;

namespace Rig.Viewer.Administration;

/// <summary>What was deleted: how many of what, in the order in which it went.</summary>
internal sealed class Removal
{
    private readonly List<(int Count, string One, string Many)> parts = [];

    public void Add(int count, string one, string many)
    {
        if (count > 0)
        {
            parts.Add((count, one, many));
        }
    }

    /// <summary>Such as <c>2 moments, 1 clip, 4 files</c>; <c>nothing</c> where there was nothing.</summary>
    public string Sentence => parts.Count == 0
        ? "nothing"
        : string.Join(", ", parts.GroupBy(part => part.Many).Select(group => (Count: group.Sum(part => part.Count), group.First().One, group.First().Many))
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {(part.Count == 1 ? part.One : part.Many)}")));
}

/// <param name="Problem">Why nothing was removed; null when it was.</param>
internal sealed record RemovalOutcome(Removal? Removed, string? Problem);
