using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Mounts;

/// <summary>The camera's volume in the file tree.</summary>
internal interface IMounts
{
    /// <summary>Mounts it for reading only, at a path of its own.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="IOException">It could not be mounted; nothing is.</exception>
    Task<string> MountAsync(CameraDevice device, CancellationToken cancellationToken);

    /// <summary>Where volumes of cameras are mounted now, by this program or one before it.</summary>
    IReadOnlyList<string> Mounted();

    /// <summary>Unmounts all of <see cref="Mounted"/>.</summary>
    /// <returns>One sentence for each that still is.</returns>
    Task<IReadOnlyList<string>> UnmountAllAsync(CancellationToken cancellationToken);
}
