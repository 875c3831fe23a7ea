using Rig.Domain.Identity;

namespace Rig.Actors.Transfer;

public enum UploadJobStatus
{
    Pending = 1,
    Uploading = 2,
    Confirming = 3,
    Completed = 4,
    Failed = 5,
}

/// <summary>One take on its way to the server.</summary>
/// <param name="JobId">32 hex digits.</param>
/// <param name="Attempts">Begun so far; one that was interrupted by this node itself does not count.</param>
/// <param name="MayRetry">False once the server refused the take for good, so that nothing but a person tries it again.</param>
/// <param name="NotBefore">When the next attempt may begin.</param>
public sealed record UploadJob(
    string JobId,
    TakeId TakeId,
    long SizeBytes,
    UploadJobStatus Status,
    int Attempts,
    string? Error,
    bool MayRetry,
    DateTimeOffset NotBefore,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt)
{
    public bool IsOver => Status is UploadJobStatus.Completed or UploadJobStatus.Failed;

    public bool IsActive => Status is UploadJobStatus.Uploading or UploadJobStatus.Confirming;
}
