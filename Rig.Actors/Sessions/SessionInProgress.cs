using System.Collections.Immutable;
using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Sessions;

/// <summary>A session on its way from the order to its end. Pure data; <see cref="SessionState"/> decides.</summary>
/// <param name="StartRequests">Who waits to hear that it runs.</param>
/// <param name="StopRequests">Who waits to hear that it ended; with any, it is stopped as soon as it runs.</param>
/// <param name="StartRequestId">The order that made it; empty for a session that was found running.</param>
internal sealed record SessionInProgress(
    SessionId Id,
    SessionPhase Phase,
    string StartRequestId,
    ImmutableSortedDictionary<string, CameraProgress> Cameras,
    ImmutableList<string> StartRequests,
    ImmutableList<string> StopRequests,
    DateTimeOffset? ScheduledStart = null,
    DateTimeOffset? StoppedAt = null)
{
    public IReadOnlyList<CameraId> CameraIds => [.. Cameras.Values.Select(c => c.CameraId)];

    /// <summary>How long no camera recorded before it went on by itself; null for a session that was never cut off as a whole.</summary>
    public double? ResumedAfterSec { get; init; }

    public bool AnyOutstanding => Cameras.Values.Any(c => c.CommandId != 0);

    public bool AnyRecording => Cameras.Values.Any(c => c.Part == CameraPart.Recording);

    /// <summary>Between the first frames of the cameras that started together.</summary>
    public double? StartSpreadMs
    {
        get
        {
            var firsts = Cameras.Values.Where(c => c.FirstFrameMaster is not null).Select(c => c.FirstFrameMaster!.Value).ToList();
            return firsts.Count < 2 ? null : (firsts.Max() - firsts.Min()).TotalMilliseconds;
        }
    }

    public SessionInProgress With(CameraProgress camera) => this with { Cameras = Cameras.SetItem(camera.CameraId.Value, camera) };

    public SessionProtocol.SessionView ToView() =>
        new(Id, Phase, ScheduledStart, StoppedAt, StartSpreadMs, [.. Cameras.Values.OrderBy(c => Order(c.CameraId)).Select(c => c.ToView())]);

    public IReadOnlyList<SessionProtocol.CameraProblem> Problems() =>
        [.. Cameras.Values.Where(c => c.Problem is not null).Select(c => new SessionProtocol.CameraProblem(c.CameraId, c.ProblemCode!, c.Problem!))];

    /// <summary>Left to right, as they stand.</summary>
    public static int Order(CameraId id) => id.Position switch { "left" => 0, "center" => 1, "right" => 2, _ => 3 };
}
