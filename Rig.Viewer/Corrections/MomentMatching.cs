using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <summary>By what a moment of before is known among those of a new publication.</summary>
/// <param name="Correction">Null for a moment that nobody corrected: it only keeps its successor from being taken for another.</param>
internal sealed record MomentClaim(MomentCorrection? Correction, GameEventType Type, double Seconds)
{
    /// <summary>A changed moment is known as it was and as it is, so that a home server that finds it by itself later on does not double it.</summary>
    public static IEnumerable<MomentClaim> Of(MomentCorrection correction)
    {
        if (correction is { OriginType: { } type, OriginSeconds: { } seconds })
        {
            yield return new MomentClaim(correction, type, seconds);
        }

        if (!correction.IsRemoved)
        {
            yield return new MomentClaim(correction, correction.EventType, correction.TimestampSeconds);
        }
    }
}

/// <summary>A later publication has new moments: the same play is found a little earlier or later, or no more.</summary>
internal static class MomentMatching
{
    /// <summary>Two moments of one type that are at most this far apart may be the same.</summary>
    public const double ToleranceSeconds = 3;

    /// <summary>The nearest go together first; no moment and no correction goes twice.</summary>
    public static IReadOnlyDictionary<MomentCorrection, GameEvent> Pair(IReadOnlyList<GameEvent> moments, IEnumerable<MomentClaim> claims)
    {
        var byType = moments.ToLookup(moment => moment.EventType);
        var near = claims.SelectMany(claim => byType[claim.Type].Select(moment => (Claim: claim, Moment: moment, Distance: Math.Abs(moment.TimestampSeconds - claim.Seconds))))
            .Where(pair => pair.Distance <= ToleranceSeconds)
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Claim.Correction?.Id ?? 0).ThenBy(pair => pair.Moment.TimestampSeconds);
        var (taken, settled, pairs) = (new HashSet<GameEvent>(), new HashSet<object>(ReferenceEqualityComparer.Instance), new Dictionary<MomentCorrection, GameEvent>());
        foreach (var (claim, moment, _) in near)
        {
            object owner = claim.Correction is { } known ? known : claim;
            if (taken.Contains(moment) || settled.Contains(owner))
            {
                continue;
            }

            taken.Add(moment);
            settled.Add(owner);
            if (claim.Correction is { } correction)
            {
                pairs.Add(correction, moment);
            }
        }

        return pairs;
    }
}
