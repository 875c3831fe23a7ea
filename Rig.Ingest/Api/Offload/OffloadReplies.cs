using Rig.Ingest.Pull;

namespace Rig.Ingest.Api;

/// <summary>What is on its way home.</summary>
/// <param name="Success">Always true.</param>
/// <param name="MaxBytesPerSecond">The bound of all pulls together; 0 for none.</param>
/// <param name="Failed">Takes whose last attempt failed; they wait for another one.</param>
/// <param name="BytesLeft">Of all takes that are not here yet.</param>
/// <param name="SecondsLeft">At the present rate; null while nothing moves.</param>
/// <param name="ReceivedBytes">Pulled since the server's start.</param>
/// <param name="Transfers">At most 500 of them.</param>
internal sealed record OffloadStatusReply(
    bool Success,
    bool Paused,
    long MaxBytesPerSecond,
    int Waiting,
    int Pulling,
    int Confirming,
    int Failed,
    long BytesLeft,
    double BytesPerSecond,
    double? SecondsLeft,
    long ReceivedBytes,
    IReadOnlyList<TransferReply> Transfers,
    IReadOnlyList<NodeReply> Nodes);

/// <param name="Status"><c>waiting</c>, <c>pulling</c> or <c>confirming</c>.</param>
/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="Error">Of the last attempt.</param>
internal sealed record TransferReply(
    string RecordingId,
    string SessionId,
    string CameraId,
    string NodeUrl,
    string Status,
    long SizeBytes,
    long ReceivedBytes,
    double BytesPerSecond,
    int Failures,
    string? Error)
{
    public static TransferReply Of(TransferView transfer) => new(
        transfer.Id.ToString(),
        transfer.Id.SessionId.Value,
        transfer.Id.CameraId.Value,
        transfer.NodeUrl,
        transfer.Status,
        transfer.SizeBytes,
        transfer.Progress?.Bytes ?? 0,
        Math.Round(transfer.Progress?.BytesPerSecond ?? 0),
        transfer.Failures,
        transfer.Error);
}

/// <param name="SeenAt">When the node last answered; null when it never did.</param>
/// <param name="Error">What is wrong with it; null when nothing is.</param>
internal sealed record NodeReply(string Url, string? CameraId, DateTimeOffset? SeenAt, string? Error);

/// <param name="Success">Always true.</param>
internal sealed record PausedReply(bool Success, bool Paused);

/// <param name="Success">Always true.</param>
/// <param name="Retrying">How many failed takes no longer wait.</param>
internal sealed record RetryingReply(bool Success, int Retrying);

/// <param name="Success">Always true; the takes say what was found.</param>
/// <param name="Verified">How many takes are on disk as they were received.</param>
internal sealed record VerificationReply(bool Success, int Verified, int Damaged, IReadOnlyList<VerifiedTakeReply> Takes);

/// <param name="Expected">SHA-256 of what was received, lower-case hex.</param>
/// <param name="Found">SHA-256 of what is on disk; null when the file is missing.</param>
internal sealed record VerifiedTakeReply(string RecordingId, bool Verified, string Expected, string? Found);
