using Rig.Actors.Transfer;
using Rig.Domain.Identity;

namespace Rig.Tests.Transfer;

public sealed class UploadQueueTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
    private static readonly RetryPolicy Policy = new(5, TimeSpan.FromSeconds(5));
    private static readonly TakeId Left = new(SessionId.Parse("Final"), CameraId.Left);

    [Fact]
    public void Attempts_follow_the_seeds_table_and_then_the_job_has_failed()
    {
        var (queue, job) = UploadQueue.Empty.Enqueue(Left, 100, "a", Start);
        var now = Start;
        var delays = new List<double>();
        while (queue.Find(job.JobId)!.Status != UploadJobStatus.Failed)
        {
            var pending = queue.Find(job.JobId)!;
            delays.Add((pending.NotBefore - now).TotalSeconds);
            Assert.True(pending.NotBefore == now || queue.Next(pending.NotBefore.AddTicks(-1)) is null);
            now = pending.NotBefore;
            Assert.Equal(job.JobId, queue.Next(now)!.JobId);
            queue = queue.Begin(job.JobId, now).Fail(job.JobId, "refused", true, Policy, now);
        }

        Assert.Equal([0, 5, 10, 20, 40], delays);
        Assert.Equal((5, "refused", true), (queue.Find("a")!.Attempts, queue.Find("a")!.Error, queue.Find("a")!.MayRetry));
        Assert.Null(queue.Next(now.AddDays(1)));
    }

    [Fact]
    public void What_another_attempt_would_not_help_fails_at_once()
    {
        var (queue, _) = UploadQueue.Empty.Enqueue(Left, 100, "a", Start);
        queue = queue.Begin("a", Start).Fail("a", "not an MP4 file", false, Policy, Start);
        Assert.Equal((UploadJobStatus.Failed, 1, false), (queue.Find("a")!.Status, queue.Find("a")!.Attempts, queue.Find("a")!.MayRetry));
    }

    [Fact]
    public void One_take_is_sent_at_a_time_in_the_order_asked_for()
    {
        var queue = UploadQueue.Empty.Enqueue(Left, 1, "a", Start).Queue.Enqueue(Left with { Take = 2 }, 1, "b", Start).Queue;
        Assert.Equal("a", queue.Next(Start)!.JobId);
        queue = queue.Begin("a", Start);
        Assert.Null(queue.Next(Start));
        Assert.Equal("b", queue.Complete("a", Start).Next(Start)!.JobId);
    }

    [Fact]
    public void A_job_that_waits_for_its_next_attempt_lets_others_pass()
    {
        var queue = UploadQueue.Empty.Enqueue(Left, 1, "a", Start).Queue.Enqueue(Left with { Take = 2 }, 1, "b", Start).Queue;
        queue = queue.Begin("a", Start).Fail("a", "refused", true, Policy, Start);
        Assert.Equal("b", queue.Next(Start)!.JobId);
    }

    [Fact]
    public void The_same_take_asked_for_twice_is_one_job_until_it_is_over()
    {
        var (queue, first) = UploadQueue.Empty.Enqueue(Left, 1, "a", Start);
        var (same, again) = queue.Enqueue(Left, 1, "b", Start);
        Assert.Equal((first, queue), (again, same));
        var (after, third) = queue.Begin("a", Start).Complete("a", Start).Enqueue(Left, 1, "c", Start);
        Assert.Equal("c", third.JobId);
        Assert.Single(after.Jobs);
    }

    [Fact]
    public void What_this_node_breaks_off_itself_counts_as_no_attempt()
    {
        var queue = UploadQueue.Empty.Enqueue(Left, 1, "a", Start).Queue.Begin("a", Start);
        Assert.Equal((UploadJobStatus.Pending, 0), (queue.Yield("a", Start).Find("a")!.Status, queue.Yield("a", Start).Find("a")!.Attempts));
        Assert.Equal(queue.Yield("a", Start).Jobs, queue.Recovered(Start).Jobs);
    }

    [Fact]
    public void A_paused_queue_gives_nothing_out()
    {
        var queue = UploadQueue.Empty.Enqueue(Left, 1, "a", Start).Queue with { Paused = true };
        Assert.Null(queue.Next(Start));
        Assert.NotNull((queue with { Paused = false }).Next(Start));
    }

    [Fact]
    public void Failed_jobs_get_all_their_attempts_again()
    {
        var queue = UploadQueue.Empty.Enqueue(Left, 1, "a", Start).Queue.Begin("a", Start).Fail("a", "no", false, Policy, Start);
        Assert.Equal(0, queue.Retry("other", Start).Count);
        var (again, count) = queue.Retry(null, Start);
        Assert.Equal((1, 0, UploadJobStatus.Pending), (count, again.Find("a")!.Attempts, again.Find("a")!.Status));
        Assert.NotNull(again.Next(Start));
    }

    [Fact]
    public void Finished_jobs_are_kept_only_so_many()
    {
        var queue = UploadQueue.Empty;
        for (var i = 1; i <= UploadQueue.MaxFinished + 50; i++)
        {
            var id = $"job{i}";
            queue = queue.Enqueue(new TakeId(SessionId.Parse($"S{i}"), CameraId.Left), 1, id, Start).Queue.Begin(id, Start).Complete(id, Start);
        }

        Assert.Equal(UploadQueue.MaxFinished, queue.Jobs.Count);
        Assert.Equal("job51", queue.Jobs[0].JobId);
    }
}
