using Rig.Domain.Identity;

namespace Rig.Actors.Transfer;

/// <summary>What the node's REST routes ask of <see cref="UploadActor"/>; never leaves the process.</summary>
public static class UploadProtocol
{
    /// <summary>Uploads takes that no server has confirmed. Answer: <see cref="Queued"/>, once the queue is durable.</summary>
    /// <param name="SessionId">Null: every session.</param>
    /// <param name="CameraId">Null: every camera's takes on this node.</param>
    public sealed record UploadTakes(SessionId? SessionId, CameraId? CameraId) : INoSerializationVerificationNeeded;

    /// <param name="Known">Takes that fit the request, confirmed ones included.</param>
    public sealed record Queued(IReadOnlyList<UploadJob> Jobs, int Known) : INoSerializationVerificationNeeded;

    /// <summary>Holds the queue; the running transfer ends and goes on at its byte later. Answer: <see cref="UploadStatus"/>.</summary>
    public sealed record Pause(bool Paused) : INoSerializationVerificationNeeded;

    /// <summary>Tries failed jobs again. Answer: <see cref="Retried"/>.</summary>
    /// <param name="JobId">Null: all that failed.</param>
    public sealed record RetryJobs(string? JobId) : INoSerializationVerificationNeeded;

    public sealed record Retried(int Count) : INoSerializationVerificationNeeded;

    /// <summary>Answer: <see cref="UploadStatus"/>.</summary>
    public sealed record GetStatus : INoSerializationVerificationNeeded;

    /// <param name="Active">The transfer that runs.</param>
    /// <param name="WaitsForRecording">Nothing is sent because a recording runs.</param>
    /// <param name="RemainingBytes">Of all jobs that are not over.</param>
    /// <param name="SecondsLeft">At the present rate; null while nothing moves.</param>
    public sealed record UploadStatus(
        UploadQueue Queue,
        ActiveTransfer? Active,
        bool WaitsForRecording,
        long RemainingBytes,
        double? SecondsLeft) : INoSerializationVerificationNeeded;

    public sealed record ActiveTransfer(UploadJob Job, long SentBytes, double BytesPerSecond, double? SecondsLeft) : INoSerializationVerificationNeeded;
}
