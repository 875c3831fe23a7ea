using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;

namespace Rig.Ingest.Stitch.Video;

/// <summary>A take that is not used, and why, as a sentence that names it.</summary>
internal sealed record SetAsideTake(TakeId Id, string Reason);

/// <summary>When a take says that it was recorded.</summary>
/// <param name="Seconds">How long its file is.</param>
/// <param name="IsClockTrusted">Its time was compared with the master clock.</param>
/// <param name="FileName">As its camera named it, where that is known.</param>
/// <param name="Checksum">Empty where it is not known.</param>
internal sealed record TakeSpan(TakeId Id, DateTimeOffset Start, double Seconds, bool IsClockTrusted = true, string FileName = "", string Checksum = "")
{
    /// <summary>A file that claims centuries ends where time does.</summary>
    public DateTimeOffset End => Seconds < (DateTimeOffset.MaxValue - Start).TotalSeconds ? Start.AddSeconds(Seconds) : DateTimeOffset.MaxValue;
}

/// <summary>
/// Which of a session's takes can be of one match. Time stamps come from strangers' clocks: one that is years off would have the stitcher
/// draw years of nothing.
/// </summary>
/// <param name="Used">By camera: its takes in time, each with the seconds at its beginning that an earlier one has shown already.</param>
/// <param name="SetAside">Those that are not used.</param>
/// <param name="Notes">What was taken for granted, a sentence each.</param>
internal sealed record TakeChoice(
    IReadOnlyDictionary<CameraId, IReadOnlyList<(TakeSpan Take, double SkippedSeconds)>> Used, IReadOnlyList<SetAsideTake> SetAside, IReadOnlyList<string> Notes)
{
    /// <summary>Longer than any break, and than a camera may be late.</summary>
    private static readonly TimeSpan GapMax = TimeSpan.FromHours(3);

    /// <summary>Longer than a match with all its breaks, or a tournament's day.</summary>
    private static readonly TimeSpan SpanMax = TimeSpan.FromHours(14);

    /// <summary>Of one camera's take, beyond what an earlier one shows; less is rounding.</summary>
    private const double AddedSecondsMin = 0.1;

    /// <exception cref="StageFailedException">All takes of a camera are of another time than the others'; the message names both.</exception>
    public static TakeChoice Of(IReadOnlyList<TakeSpan> claimed)
    {
        var (takes, notes) = ChapteredRecording.PutInOrder(claimed);
        var setAside = new List<SetAsideTake>();
        var possible = new List<TakeSpan>();
        foreach (var take in takes)
        {
            if (take.Seconds <= SpanMax.TotalSeconds)
            {
                possible.Add(take);
            }
            else
            {
                setAside.Add(new SetAsideTake(take.Id, FormattableString.Invariant($"{take.Id} says that it lasts {take.Seconds / 3600:N0} hours, which no match does. It is set aside.")));
            }
        }

        var groups = Groups(possible);
        var match = groups.OrderByDescending(group => group.Select(take => take.Id.CameraId).Distinct().Count()).ThenByDescending(group => group.Sum(take => take.Seconds)).FirstOrDefault() ?? [];
        RefuseLostCameras(takes, match, setAside);
        setAside.AddRange(possible.Except(match).Select(stray => new SetAsideTake(
            stray.Id,
            $"{stray.Id} says that it began on {Text(stray.Start)}, the others on {Text(match.Min(take => take.Start))}: they cannot be of one match. It is set aside; send it again with a manifest that has the right time, if it belongs here.")));
        var used = match.GroupBy(take => take.Id.CameraId).ToDictionary(camera => camera.Key, camera => (IReadOnlyList<(TakeSpan, double)>)Ordered(camera, setAside));
        return new TakeChoice(used, [.. setAside.OrderBy(take => take.Id.ToString(), StringComparer.Ordinal)], notes);
    }

    /// <summary>Takes that lie near each other in time, whichever camera's.</summary>
    private static List<List<TakeSpan>> Groups(IEnumerable<TakeSpan> takes)
    {
        var groups = new List<List<TakeSpan>>();
        foreach (var take in takes.OrderBy(take => take.Start))
        {
            if (groups is [.., var last] && take.Start - last.Max(other => other.End) <= GapMax && take.End - last[0].Start <= SpanMax)
            {
                last.Add(take);
            }
            else
            {
                groups.Add([take]);
            }
        }

        return groups;
    }

    private static void RefuseLostCameras(IReadOnlyList<TakeSpan> takes, List<TakeSpan> match, List<SetAsideTake> setAside)
    {
        var lost = takes.Where(take => match.All(used => used.Id.CameraId != take.Id.CameraId)).GroupBy(take => take.Id.CameraId).ToArray();
        if (lost.Length == 0)
        {
            return;
        }

        var sentences = lost.Select(camera => setAside.FirstOrDefault(take => take.Id.CameraId == camera.Key)?.Reason
            ?? $"{camera.Key} says by {camera.First().Id} that it began on {Text(camera.First().Start)}.");
        var others = match.Count == 0 ? "" : $" {match[0].Id} began on {Text(match[0].Start)}, so they cannot be of one match.";
        throw new StageFailedException(
            $"{string.Join(" ", sentences)}{others} Check the clock of {string.Join(" and ", lost.Select(camera => camera.Key.Value))}, and send the same file again with a manifest that has the right time.");
    }

    /// <summary>A camera's takes in time. Where two overlap, the later one is used from where the earlier ends.</summary>
    private static List<(TakeSpan Take, double SkippedSeconds)> Ordered(IEnumerable<TakeSpan> takes, List<SetAsideTake> setAside)
    {
        var ordered = new List<(TakeSpan Take, double SkippedSeconds)>();
        foreach (var take in takes.OrderBy(take => take.Start).ThenByDescending(take => take.Seconds))
        {
            var skipped = ordered.Count == 0 ? 0 : Math.Max(0, (ordered[^1].Take.End - take.Start).TotalSeconds);
            if (ordered.Count > 0 && take.Seconds - skipped < AddedSecondsMin)
            {
                var holder = ordered[^1].Take;
                setAside.Add(new SetAsideTake(
                    take.Id,
                    $"{take.Id} shows nothing that {holder.Id} of the same camera does not: it says that it was recorded from {Text(take.Start)} to {Text(take.End)}, the other one from {Text(holder.Start)} to {Text(holder.End)}. It is set aside; send it again with a manifest that has the right time, if it is another part."));
            }
            else
            {
                ordered.Add((take, skipped));
            }
        }

        return ordered;
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
