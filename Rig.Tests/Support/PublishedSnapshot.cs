using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Tests.Support;

/// <summary>What a node's camera actor would have published.</summary>
internal static class PublishedSnapshot
{
    /// <summary>Of an idle node without problems, with this camera.</summary>
    public static PublishedNode Of(CameraStatus camera)
    {
        var published = new PublishedNode();
        var report = new NodeReport(
            CameraId.Left, "http://127.0.0.1:8080", NodePhase.Idle, null, null, [], new NodeClockReport(null, SyncConfidence.Unknown, false), new NodeStorageReport(0, 0, 0, 0, 0),
            camera.Detected, null, null, null, DateTimeOffset.UnixEpoch);
        published.Publish(new NodeSnapshot(report, camera, new ScriptedCatalogue().Published.Status, new ScriptedSensors().Read(), SyncStatus.None));
        return published;
    }
}
