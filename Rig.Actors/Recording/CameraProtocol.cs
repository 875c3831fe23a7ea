using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Recording;

/// <summary>What only this process says to its <see cref="CameraActor"/>, beside the <see cref="RecordingProtocol"/>.</summary>
public static class CameraProtocol
{
    /// <summary>Reports go to this gateway from now on, instead of an earlier one.</summary>
    public sealed record AttachGateway(IActorRef Gateway) : INoSerializationVerificationNeeded;

    /// <summary>
    /// Records a take that belongs to no session, now and without asking the guards. Answer: <see cref="RecordingProtocol.TakeBegan"/> once the first
    /// fragment is durable, or <see cref="RecordingProtocol.TakeRefused"/>.
    /// </summary>
    /// <param name="Id">Of a self-test's session.</param>
    public sealed record StartSelfTest(TakeId Id) : INoSerializationVerificationNeeded;

    /// <summary>Answer: <see cref="SelfTestTake"/> once the manifest is durable, or <see cref="RecordingProtocol.TakeRefused"/>.</summary>
    /// <param name="StopAt">Node clock; the past means now.</param>
    public sealed record StopSelfTest(TakeId Id, DateTimeOffset StopAt) : INoSerializationVerificationNeeded;

    public sealed record SelfTestTake(TakeSealed Take) : INoSerializationVerificationNeeded;

    /// <summary>
    /// No new take begins, and the running one is sealed as cut short by the node's end, so that a server knows that another take follows.
    /// Answer: <see cref="Quiesced"/>, when nothing is being recorded any more.
    /// </summary>
    public sealed record Quiesce : INoSerializationVerificationNeeded;

    /// <summary>The coordinator says that this session was stopped for all cameras.</summary>
    public sealed record SessionEnded(SessionId SessionId) : INoSerializationVerificationNeeded;

    public sealed record Quiesced : INoSerializationVerificationNeeded;
}
