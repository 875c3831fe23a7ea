using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Tests.Support;

/// <summary>What a camera node's actors touch of the outside world, all of it scripted.</summary>
public sealed class ScriptedCameraNode
{
    public ScriptedCameraNode(CameraId? cameraId = null, bool isMaster = false, TimeProvider? time = null)
    {
        Clock = new MasterClock(time ?? TimeProvider.System);
        Camera = new ScriptedCamera(Catalogue, time);
        Ports = new CameraNodePorts(
            cameraId ?? CameraId.Left, "http://127.0.0.1:8080", isMaster, Camera, Catalogue.Storage, Sensors, new NoChrony(), Clock, Published,
            () => new GuardOptions(), () => new SyncOptions(), null, () => new ManifestFraming(DateTimeOffset.UnixEpoch, "good"));
    }

    public ScriptedCatalogue Catalogue { get; } = new();

    public ScriptedSensors Sensors { get; } = new();

    public ScriptedCamera Camera { get; }

    public MasterClock Clock { get; }

    public PublishedNode Published { get; } = new();

    public CameraNodePorts Ports { get; init; }
}
