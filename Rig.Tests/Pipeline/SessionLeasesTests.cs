using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Tests.Ingest;
using Rig.Tests.Support;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Tests.Pipeline;

/// <summary>Leases and what pages are shown, driven by hand: the server under it has no workers, and its pipeline waits for more cameras.</summary>
[Collection(PostgresTests.Name)]
public sealed class SessionLeasesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(1);
    private static readonly SessionId Session = SessionId.Parse("GAME_20261121_140000");

    private readonly TempFolder folder = new("rig-leases");
    private IngestServer server = null!;
    private ISessionLeases leases = null!;
    private IPipelineStore store = null!;

    public async Task InitializeAsync()
    {
        server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register, "--Rig:Pipeline:Workers=0");
        leases = server.Services.GetRequiredService<ISessionLeases>();
        store = server.Services.GetRequiredService<IPipelineStore>();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_the_lease_and_another_after_it_was_given_up()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => leases.TryAcquireAsync(Session, $"claim-{n}", Duration, CancellationToken.None)));
        var winner = Array.FindIndex(answers, answer => answer.IsHeld);
        Assert.Single(answers, answer => answer.IsHeld);
        Assert.True((await leases.RenewAsync(Session, $"claim-{winner}", Duration, CancellationToken.None)).IsHeld);
        Assert.False((await leases.RenewAsync(Session, "other", Duration, CancellationToken.None)).IsHeld);

        await leases.ReleaseAsync(Session, "other", CancellationToken.None);
        Assert.False((await leases.TryAcquireAsync(Session, "other", Duration, CancellationToken.None)).IsHeld);
        await leases.ReleaseAsync(Session, $"claim-{winner}", CancellationToken.None);
        Assert.True((await leases.TryAcquireAsync(Session, "other", Duration, CancellationToken.None)).IsHeld);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_over_and_its_old_holder_cannot_renew_it()
    {
        Assert.True((await leases.TryAcquireAsync(Session, "dead", TimeSpan.Zero, CancellationToken.None)).IsHeld);

        await Eventually.HoldsAsync(async () => (await leases.TryAcquireAsync(Session, "next", Duration, CancellationToken.None)).IsHeld);
        Assert.False((await leases.RenewAsync(Session, "dead", Duration, CancellationToken.None)).IsHeld);
    }

    [Fact]
    public async Task Pages_are_never_shown_an_older_state_and_an_attempts_progress_goes_with_it()
    {
        await ReceiveAsync();
        var queued = new SessionPipelineState(Session).Apply(new RunQueued(Session, 1, QueueReason.Operator, [], DateTimeOffset.UnixEpoch));
        var started = queued.Apply(new StageStarted(Session, 1, PipelineStage.Received, 1, "claim", DateTimeOffset.UnixEpoch));
        await store.ShowAsync(started, 2, CancellationToken.None);
        await store.ShowAsync(queued, 1, CancellationToken.None);
        Assert.Equal(("running", 0), await FirstStageAsync());

        var job = new StageJob(PipelineStage.Received, 1, 1, "claim", new StageContext(Session, "", [], new Dictionary<PipelineStage, System.Text.Json.Nodes.JsonObject>()));
        await store.ShowProgressAsync(job, new StageProgress(0.5, "half"), CancellationToken.None);
        await store.ShowProgressAsync(job with { Claim = "other" }, new StageProgress(0.9, "not mine"), CancellationToken.None);
        Assert.Equal(("running", 0.5), await FirstStageAsync());
        await store.ShowAsync(started, 3, CancellationToken.None);
        Assert.Equal(("running", 0.5), await FirstStageAsync());
        await store.ShowAsync(started.Apply(new StagePassed(Session, 1, PipelineStage.Received, DateTimeOffset.UnixEpoch, [])), 4, CancellationToken.None);
        Assert.Equal(("done", 1), await FirstStageAsync());
    }

    [Fact]
    public async Task A_session_is_unfinished_until_pages_show_its_end_and_again_when_it_gets_a_take()
    {
        await ReceiveAsync();
        Assert.Equal([Session], await store.UnfinishedAsync(CancellationToken.None));
        var look = await store.LookAsync(Session, CancellationToken.None);
        var state = new SessionPipelineState(Session).Apply(new RunQueued(Session, 1, QueueReason.Operator, [look.Takes[0].Id], DateTimeOffset.UnixEpoch));
        await store.ShowAsync(state, 1, CancellationToken.None);
        Assert.Equal([Session], await store.UnfinishedAsync(CancellationToken.None));
        await store.ShowAsync(state.Apply(new StageStopped(Session, 1, PipelineStage.Received, "no", DateTimeOffset.UnixEpoch)), 2, CancellationToken.None);
        Assert.Empty(await store.UnfinishedAsync(CancellationToken.None));

        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(seed: 2), Session.Value, "CAM_L"))).Status);
        Assert.Equal([Session], await store.UnfinishedAsync(CancellationToken.None));
    }

    private async Task<(string Status, double Progress)> FirstStageAsync()
    {
        var stage = (await server.GetAsync($"/api/v1/sessions/{Session}")).Body["stages"]![0]!;
        return ((string)stage["status"]!, (double)stage["progress"]!);
    }

    private async Task ReceiveAsync() => Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4(), Session.Value))).Status);
}
