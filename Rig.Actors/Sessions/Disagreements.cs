using System.Globalization;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Actors.Sessions;

/// <summary>Finds what differs between the cameras of a rig and should not, worst first, in words for a parent.</summary>
internal static class Disagreements
{
    private const double FarLessMinutes = 30;

    public static IReadOnlyList<string> Find(IReadOnlyList<SessionProtocol.CameraView> cameras, SessionInProgress? running)
    {
        var found = new List<string>();
        var heard = cameras.Where(c => c is { Online: true, Report: not null }).Select(c => c.Report!).ToList();
        foreach (var gone in cameras.Where(c => !c.Online && heard.Count > 0))
        {
            found.Add(gone.Report is { Phase: NodePhase.Recording }
                ? $"{gone.CameraId} is not heard any more. It goes on recording by itself."
                : $"{gone.CameraId} is not there.");
        }

        var recording = heard.Where(n => n.Phase == NodePhase.Recording).ToList();
        var sessions = recording.Select(n => n.Take!.TakeId.SessionId).Distinct().ToList();
        if (sessions.Count > 1)
        {
            found.Add($"The cameras record different sessions: {string.Join(", ", recording.Select(n => $"{n.CameraId} {n.Take!.TakeId.SessionId}"))}.");
        }

        if (running is { Phase: SessionPhase.Recording, ResumedAfterSec: { } silentForSec })
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"The rig lost its power while it recorded, and went on by itself {silentForSec:0} seconds later."));
        }

        if (running is { Phase: SessionPhase.Recording })
        {
            found.AddRange(heard
                .Where(n => n.Phase == NodePhase.Idle && running.Cameras.ContainsKey(n.CameraId.Value))
                .Select(n => $"{n.CameraId} is not recording, the others are."));
        }

        found.AddRange(heard
            .Where(n => n.Phase == NodePhase.Recording && n.Take!.DroppedFrames > 0)
            .Select(n => $"{n.CameraId} lost {n.Take!.DroppedFrames} pictures."));

        if (heard.Count > 1)
        {
            var most = heard.Max(n => n.Storage.RecordingMinutes);
            found.AddRange(heard
                .Where(n => n.Storage.RecordingMinutes < 120 && most - n.Storage.RecordingMinutes > FarLessMinutes)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.CameraId} has room for {n.Storage.RecordingMinutes:0} minutes, far less than the others.")));
        }

        found.AddRange(heard
            .Where(n => n.Problems.Any(p => p.Code == ProblemCodes.ClockOffset))
            .Select(n => $"{n.CameraId}'s clock differs from the others'."));
        return found;
    }
}
