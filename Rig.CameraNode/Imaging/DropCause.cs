namespace Rig.CameraNode.Imaging;

/// <summary>Why a slot stayed empty; also the reason of a gap in the manifest.</summary>
internal static class DropCause
{
    /// <summary>The source delivered its picture too late.</summary>
    internal const string SourceLate = "source_late";

    /// <summary>Encoder, pipe or disk did not keep up.</summary>
    internal const string EncoderBehind = "encoder_behind";

    /// <summary>The driver lost the picture, or says that it is damaged.</summary>
    internal const string DriverDropped = "driver_dropped";

    /// <summary>The camera was unplugged or lost its signal.</summary>
    internal const string CameraGone = "camera_gone";

    /// <summary>The driver reported an error and the camera was opened again.</summary>
    internal const string CameraFault = "camera_fault";

    /// <summary>The camera was there and delivered nothing.</summary>
    internal const string CameraStalled = "camera_stalled";

    /// <summary>The hardware encoder gave nothing back for the picture.</summary>
    internal const string EncoderSkipped = "encoder_skipped";

    internal const string EncoderRestart = "encoder_restart";
    internal const string CaptureRestart = "capture_restart";
}
