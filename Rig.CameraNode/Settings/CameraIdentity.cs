using Rig.Domain.Identity;

namespace Rig.CameraNode.Settings;

/// <summary>Which camera this node is.</summary>
internal sealed record CameraIdentity(CameraId Id);
