using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Actors.Transfer;

/// <summary>
/// Which takes are to be uploaded, and what became of them. One take is sent at a time: three cameras that upload at once share the
/// server's disk, and the first whole take is worth more than two halves.
/// </summary>
/// <param name="Jobs">In the order they were asked for. Of jobs that are over the newest <see cref="MaxFinished"/> are kept.</param>
public sealed record UploadQueue(ImmutableList<UploadJob> Jobs, bool Paused)
{
    public const int MaxFinished = 200;

    public static readonly UploadQueue Empty = new([], false);

    public UploadJob? Active => Jobs.Find(j => j.IsActive);

    public UploadJob? Find(string jobId) => Jobs.Find(j => j.JobId == jobId);

    public UploadJob? Find(TakeId recording) => Jobs.FindLast(j => j.TakeId == recording);

    /// <summary>The job that may begin now; null while one runs or the queue is paused.</summary>
    public UploadJob? Next(DateTimeOffset now) => Paused || Active is not null
        ? null
        : Jobs.Find(j => j.Status == UploadJobStatus.Pending && j.NotBefore <= now);

    /// <summary>A take that waits or runs already keeps its job; one that is over gets a new job in place of the old.</summary>
    /// <param name="newJobId">Used only when a job is made.</param>
    public (UploadQueue Queue, UploadJob Job) Enqueue(TakeId recording, long sizeBytes, string newJobId, DateTimeOffset now)
    {
        var known = Find(recording);
        if (known is { IsOver: false })
        {
            return (this, known);
        }

        var job = new UploadJob(newJobId, recording, sizeBytes, UploadJobStatus.Pending, 0, null, true, now, now, null, null);
        return (this with { Jobs = (known is null ? Jobs : Jobs.Remove(known)).Add(job) }, job);
    }

    public UploadQueue Begin(string jobId, DateTimeOffset now) => With(
        jobId, j => j with { Status = UploadJobStatus.Uploading, Attempts = j.Attempts + 1, StartedAt = j.StartedAt ?? now, Error = null });

    public UploadQueue Confirming(string jobId) => With(jobId, j => j with { Status = UploadJobStatus.Confirming });

    public UploadQueue Complete(string jobId, DateTimeOffset now) => With(
        jobId, j => j with { Status = UploadJobStatus.Completed, Error = null, CompletedAt = now }).Trim();

    /// <summary>Waits for the next attempt, or fails when it was the last one or another would not help.</summary>
    public UploadQueue Fail(string jobId, string error, bool mayRetry, RetryPolicy policy, DateTimeOffset now) => With(
        jobId,
        j => mayRetry && j.Attempts < policy.Attempts
            ? j with { Status = UploadJobStatus.Pending, Error = error, NotBefore = now + policy.DelayBefore(j.Attempts + 1) }
            : j with { Status = UploadJobStatus.Failed, Error = error, MayRetry = mayRetry, CompletedAt = now }).Trim();

    /// <summary>This node itself broke the attempt off: a recording began, the queue was paused, or the process ended.</summary>
    public UploadQueue Yield(string jobId, DateTimeOffset now) => With(
        jobId, j => j with { Status = UploadJobStatus.Pending, Attempts = j.Attempts - 1, NotBefore = now });

    /// <summary>Gives failed jobs all their attempts again.</summary>
    /// <param name="jobId">Null: all that failed.</param>
    public (UploadQueue Queue, int Count) Retry(string? jobId, DateTimeOffset now)
    {
        var failed = Jobs.FindAll(j => j.Status == UploadJobStatus.Failed && (jobId is null || j.JobId == jobId));
        var jobs = failed.Aggregate(Jobs, (all, j) => all.Replace(j, Again(j, now)));
        return (this with { Jobs = jobs }, failed.Count);
    }

    /// <summary>After a start of the process: what ran is taken up again.</summary>
    public UploadQueue Recovered(DateTimeOffset now) => Active is { } job ? Yield(job.JobId, now).Recovered(now) : this;

    private static UploadJob Again(UploadJob job, DateTimeOffset now) => job with
    {
        Status = UploadJobStatus.Pending,
        Attempts = 0,
        MayRetry = true,
        NotBefore = now,
        CompletedAt = null,
    };

    private UploadQueue With(string jobId, Func<UploadJob, UploadJob> change) =>
        Find(jobId) is { } job ? this with { Jobs = Jobs.Replace(job, change(job)) } : this;

    private UploadQueue Trim()
    {
        var over = Jobs.Count(j => j.IsOver) - MaxFinished;
        return over <= 0 ? this : this with { Jobs = Jobs.RemoveRange(Jobs.Where(j => j.IsOver).Take(over)) };
    }
}

/// <summary>Seed 001's table: at once, then after 5, 10, 20 and 40 s, then failed.</summary>
public sealed record RetryPolicy(int Attempts, TimeSpan FirstDelay)
{
    /// <param name="attempt">From 1.</param>
    public TimeSpan DelayBefore(int attempt) => attempt <= 1 ? TimeSpan.Zero : FirstDelay * Math.Pow(2, attempt - 2);
}
