using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Pipeline;

public enum ReadinessKind
{
    /// <summary>Its newest run has all its takes, as their manifests describe them now.</summary>
    Queued = 1,

    /// <summary>Recordings are missing, and more may come.</summary>
    Collecting = 2,

    Complete = 3,

    /// <summary>Recordings are missing, and nothing came for the quiet period.</summary>
    Quiet = 4,
}

/// <param name="Missing">Cameras whose recording has not come to its end.</param>
/// <param name="LookAgainIn">While collecting: when the quiet period will be over.</param>
public sealed record Readiness(ReadinessKind Kind, IReadOnlyList<CameraId> Expected, IReadOnlyList<CameraId> Missing, TimeSpan LookAgainIn);

/// <summary>Decides when a session's takes are all there.</summary>
public static class SessionReadiness
{
    /// <param name="rig">The cameras to expect where no manifest says which were asked to record.</param>
    public static Readiness Decide(SessionTakes session, IReadOnlyList<CameraId> rig, TimeSpan quietPeriod, DateTimeOffset now)
    {
        var expected = Expected(session, rig);
        var ended = session.Takes.Where(EndsItsCamera).Select(take => take.Id.CameraId).ToHashSet();
        var missing = expected.Where(camera => !ended.Contains(camera)).ToList();
        var newest = session.Takes.Max(take => take.DescribedAt ?? take.ReceivedAt);
        var described = session.Takes.Max(take => take.DescribedAt);
        var isCorrected = described is not null && !(session.QueuedDescribedAt >= described);
        if (!isCorrected && session.Takes.All(take => session.Queued.Contains(take.Id)))
        {
            return new Readiness(ReadinessKind.Queued, expected, missing, TimeSpan.Zero);
        }

        if (missing.Count == 0)
        {
            return new Readiness(ReadinessKind.Complete, expected, missing, TimeSpan.Zero);
        }

        var left = newest + quietPeriod - now;
        return left <= TimeSpan.Zero
            ? new Readiness(ReadinessKind.Quiet, expected, missing, TimeSpan.Zero)
            : new Readiness(ReadinessKind.Collecting, expected, missing, left);
    }

    /// <summary>A take that was stopped is its camera's last; after any other end the camera may have gone on in a further take.</summary>
    private static bool EndsItsCamera(CollectedTake take) => take.EndReason is null or TakeEndReason.Stopped;

    private static List<CameraId> Expected(SessionTakes session, IReadOnlyList<CameraId> rig)
    {
        var named = new List<CameraId>();
        foreach (var name in session.Takes.SelectMany(take => take.SessionCameras ?? []))
        {
            if (CameraId.TryParse(name, out var camera) && !named.Contains(camera))
            {
                named.Add(camera);
            }
        }

        return named.Count > 0 ? named : [.. rig];
    }
}
