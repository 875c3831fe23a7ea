namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>How the camera's port is; seed 004's start-for-data, start-for-recording and stop-all-ports.</summary>
internal enum PortMode
{
    /// <summary>Before the first order, and after one that failed.</summary>
    Unknown,
    Off,

    /// <summary>Powered, its data lines refused: the camera records.</summary>
    Record,

    /// <summary>Powered, its data lines allowed: the camera shows its storage.</summary>
    Data,
}
