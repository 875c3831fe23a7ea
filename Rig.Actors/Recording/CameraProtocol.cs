using Rig.Domain.Messages;

namespace Rig.Actors.Recording;

/// <summary>What only this process says to its <see cref="CameraActor"/>, beside the <see cref="RecordingProtocol"/>.</summary>
public static class CameraProtocol
{
    /// <summary>Reports go to this gateway from now on, instead of an earlier one.</summary>
    public sealed record AttachGateway(IActorRef Gateway) : INoSerializationVerificationNeeded;

    /// <summary>
    /// No new take begins. The running one is left to the camera, which seals it as cut short by the node's
    /// end, so that a server knows that another take follows. Answer: <see cref="Quiesced"/>.
    /// </summary>
    public sealed record Quiesce : INoSerializationVerificationNeeded;

    public sealed record Quiesced : INoSerializationVerificationNeeded;
}
