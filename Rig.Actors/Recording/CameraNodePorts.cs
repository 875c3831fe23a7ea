using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>Everything the node's actors touch of the outside world, and who the node is.</summary>
/// <param name="BaseUrl">Root of this node's REST routes as others reach it.</param>
/// <param name="Node">Where the camera actor publishes.</param>
/// <param name="Speaker">Null on a node that is to stay silent.</param>
/// <param name="Framing">How the camera is aimed now, for the manifest; null on a node that does not judge it.</param>
/// <param name="GuardOptions">Read at each use, so that changed settings take effect at once.</param>
public sealed record CameraNodePorts(
    CameraId CameraId,
    string BaseUrl,
    bool IsMaster,
    ICaptureLauncher Capture,
    StoragePorts Storage,
    ISensors Sensors,
    IChrony Chrony,
    MasterClock Clock,
    PublishedNode Node,
    Func<GuardOptions> GuardOptions,
    Func<SyncOptions> SyncOptions,
    ISpeaker? Speaker = null,
    Func<ManifestFraming?>? Framing = null)
{
    /// <summary>Root of the node's machine port, as long as it is enrolled.</summary>
    public Func<string?> MachineUrl { get; init; } = () => null;

    /// <summary>Null on a node that remembers no session over its own end.</summary>
    public SessionNotes? Notes { get; init; }

    public RecordingCatalogue Catalogue => Storage.Catalogue;
}
