using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Upload;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>What the actors act on; with <c>--dry-run</c> none of them does anything.</summary>
/// <param name="PendingFiles">Staged and not verified, at the start.</param>
/// <param name="Publish">Takes each new status.</param>
internal sealed record DashcamPorts(
    IPowerSource Power,
    IUsbPort Port,
    ICameraSearch Search,
    IMounts Mounts,
    ICopier Copier,
    IUploader Uploader,
    IHostProbe Host,
    IMachineOff Machine,
    TimeProvider Time,
    Func<int> PendingFiles,
    Action<DashcamStatus> Publish);
