using Rig.Domain.Frames;

namespace Rig.CameraNode.Frames;

/// <summary>What the actors of a still-frame camera say to each other. None of it leaves the process.</summary>
internal static class FrameDeviceProtocol
{
    /// <summary>The configuration that holds from now on.</summary>
    internal sealed record Configured(ServedConfig Config, long LastSeq) : INoSerializationVerificationNeeded;

    /// <summary>A picture to keep.</summary>
    internal sealed record Keep(TakenPicture Picture) : INoSerializationVerificationNeeded;

    /// <summary>The camera gave no picture.</summary>
    internal sealed record NoPicture(string Problem) : INoSerializationVerificationNeeded;

    /// <summary>Asks the spool for the oldest picture, once there is one. Answer: <see cref="Next"/>.</summary>
    internal sealed record GetNext : INoSerializationVerificationNeeded;

    internal sealed record Next(SpooledFrame Frame) : INoSerializationVerificationNeeded;

    /// <summary>What became of the picture of this number on the server: anything but <see cref="UploadOutcome.TryAgain"/>.</summary>
    internal sealed record Settled(long Seq, UploadOutcome Outcome) : INoSerializationVerificationNeeded;

    /// <summary>An upload worked, or not.</summary>
    internal sealed record UploadSaid(string? Problem) : INoSerializationVerificationNeeded;

    /// <summary>How the spool is.</summary>
    internal sealed record SpoolIs(int Frames, long Bytes, long Dropped, long FreeBytes, string? Problem) : INoSerializationVerificationNeeded;

    /// <summary>Asks <see cref="FrameCameraActor"/>. Answer: <see cref="DeviceHealth"/>.</summary>
    internal sealed record GetHealth : INoSerializationVerificationNeeded;
}
