using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Pipeline;
using Rig.Actors.Sessions;
using Rig.Ingest.Pipeline;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Pipeline;

/// <summary>The queue's rules, driven by hand: the server under it has no workers of its own, and its pipeline waits for more cameras.</summary>
[Collection(PostgresTests.Name)]
public sealed class WorkQueueTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly SessionId Session = SessionId.Parse("GAME_20261121_140000");

    private readonly TempFolder folder = new("rig-queue");
    private IngestServer server = null!;
    private WorkQueue queue = null!;

    public async Task InitializeAsync()
    {
        server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register, "--Rig:Pipeline:Workers=0");
        queue = server.Services.GetRequiredService<WorkQueue>();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Stages_are_handed_out_in_order_and_one_at_a_time()
    {
        await ReceiveAsync(Session.Value);
        await queue.QueueAsync(Session, run: 1, QueueReason.Operator, CancellationToken.None);

        foreach (var expected in Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned))
        {
            var item = await ClaimAsync();
            Assert.Equal(expected, item!.Stage);
            Assert.Single(item.Context.Takes);
            Assert.Equal((int)expected, item.Context.Results.Count);
            Assert.Null(await ClaimAsync());
            Assert.True(await queue.DoneAsync(item, new JsonObject { ["n"] = (int)expected }, CancellationToken.None));
        }

        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Many_workers_at_once_never_get_the_same_stage()
    {
        var sessions = Enumerable.Range(1, 5).Select(n => SessionId.Parse($"GAME_{n}")).ToList();
        foreach (var session in sessions)
        {
            await ReceiveAsync(session.Value);
            await queue.QueueAsync(session, run: 1, QueueReason.Operator, CancellationToken.None);
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ClaimAsync()));
        var got = claimed.OfType<WorkItem>().Select(item => item.Context.SessionId).ToList();

        Assert.Equal(got.Count, got.Distinct().Count());
        // SKIP LOCKED may send a worker away while others decide; nobody is left out in the end.
        while (await ClaimAsync() is { } item)
        {
            got.Add(item.Context.SessionId);
        }

        Assert.Equal(sessions.Order(Comparer<SessionId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))), got.OrderBy(session => session.Value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_worker_whose_lease_ran_out_loses_its_stage_and_can_change_nothing_any_more()
    {
        await ReceiveAsync(Session.Value);
        await queue.QueueAsync(Session, run: 1, QueueReason.Operator, CancellationToken.None);
        var dead = (await queue.ClaimAsync("dead", TimeSpan.Zero, CancellationToken.None))!;

        WorkItem? taken = null;
        await Eventually.HoldsAsync(async () => (taken = await ClaimAsync()) is not null);

        Assert.Equal((dead.Stage, 2), (taken!.Stage, taken.Attempt));
        Assert.False(await queue.ReportAsync(dead, new StageProgress(0.9, "still here"), Lease, CancellationToken.None));
        Assert.False(await queue.DoneAsync(dead, [], CancellationToken.None));
        Assert.False(await queue.FailedAsync(dead, "no", null, CancellationToken.None));
        Assert.True(await queue.ReportAsync(taken, new StageProgress(0.1, "mine"), Lease, CancellationToken.None));
        Assert.True(await queue.DoneAsync(taken, [], CancellationToken.None));
    }

    [Fact]
    public async Task A_failed_stage_waits_for_the_operator_and_a_delayed_one_for_its_time()
    {
        await ReceiveAsync(Session.Value);
        await queue.QueueAsync(Session, run: 1, QueueReason.Operator, CancellationToken.None);
        Assert.True(await queue.FailedAsync((await ClaimAsync())!, "later", TimeSpan.FromHours(1), CancellationToken.None));
        Assert.Null(await ClaimAsync());
        await queue.QueueAsync(Session, run: 2, QueueReason.Operator, CancellationToken.None);
        Assert.True(await queue.FailedAsync((await ClaimAsync())!, "no overlap", retryAfter: null, CancellationToken.None));
        Assert.Null(await ClaimAsync());

        await queue.RetryAsync(Session, run: 1, retries: 1, CancellationToken.None);
        Assert.Null(await ClaimAsync());
        await queue.RetryAsync(Session, run: 2, retries: 1, CancellationToken.None);
        var retried = (await ClaimAsync())!;
        Assert.Equal(1, retried.Attempt);

        Assert.True(await queue.FailedAsync(retried, "no overlap", retryAfter: null, CancellationToken.None));
        await queue.RetryAsync(Session, run: 2, retries: 1, CancellationToken.None);
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Queueing_a_session_again_takes_the_running_stage_from_its_worker()
    {
        await ReceiveAsync(Session.Value);
        await queue.QueueAsync(Session, run: 1, QueueReason.Operator, CancellationToken.None);
        var first = (await ClaimAsync())!;
        await queue.QueueAsync(Session, run: 2, QueueReason.Complete, CancellationToken.None);

        Assert.False(await queue.DoneAsync(first, [], CancellationToken.None));
        Assert.Equal(PipelineStage.Aligned, (await ClaimAsync())!.Stage);
    }

    [Fact]
    public async Task A_run_that_is_queued_already_is_not_queued_again()
    {
        await ReceiveAsync(Session.Value);
        await queue.QueueAsync(Session, run: 2, QueueReason.Operator, CancellationToken.None);
        Assert.True(await queue.DoneAsync((await ClaimAsync())!, [], CancellationToken.None));
        await queue.QueueAsync(Session, run: 2, QueueReason.Operator, CancellationToken.None);
        await queue.QueueAsync(Session, run: 1, QueueReason.Quiet, CancellationToken.None);

        var work = (await queue.LookAsync(Session, CancellationToken.None))!;
        Assert.Equal((2, QueueReason.Operator), (work.Run, work.Reason));
        Assert.Equal([PipelineStage.Received, PipelineStage.Verified, PipelineStage.Aligned], work.Stages.Where(row => row.IsDone).Select(row => row.Stage));
    }

    [Fact]
    public async Task A_session_is_unsettled_until_its_run_is_and_again_when_it_is_queued_retried_or_gets_a_take()
    {
        await ReceiveAsync(Session.Value);
        Assert.Equal([Session], await queue.UnsettledAsync(CancellationToken.None));
        await queue.QueueAsync(Session, run: 1, QueueReason.Operator, CancellationToken.None);
        await queue.SettleAsync(Session, run: 2, retries: 0, CancellationToken.None);
        Assert.Equal([Session], await queue.UnsettledAsync(CancellationToken.None));
        await queue.SettleAsync(Session, run: 1, retries: 0, CancellationToken.None);
        Assert.Empty(await queue.UnsettledAsync(CancellationToken.None));

        await queue.RetryAsync(Session, run: 1, retries: 1, CancellationToken.None);
        Assert.Equal([Session], await queue.UnsettledAsync(CancellationToken.None));
        await queue.SettleAsync(Session, run: 1, retries: 1, CancellationToken.None);
        Assert.Empty(await queue.UnsettledAsync(CancellationToken.None));

        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(seed: 2), Session.Value, "CAM_L"))).Status);
        Assert.Equal([Session], await queue.UnsettledAsync(CancellationToken.None));
    }

    private Task<WorkItem?> ClaimAsync() => queue.ClaimAsync("test", Lease, CancellationToken.None);

    private async Task ReceiveAsync(string session) => Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), session))).Status);
}
