using System.Text.Json.Nodes;
using Npgsql;
using Rig.Domain.Messages;
using Rig.Ingest.Storage;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Pipeline;

/// <summary>A database that the version before wrote, with its server killed in mid-work, under this version.</summary>
[Collection(PostgresTests.Name)]
public sealed class TakenOverDatabaseTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int SchemaBefore = 5;

    private readonly TempFolder folder = new("rig-taken-over");
    private readonly ScriptedStages stages = new();
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await new SchemaGate(source).UpgradeToAsync(SchemaBefore, CancellationToken.None);
            await using var stream = typeof(TakenOverDatabaseTests).Assembly.GetManifestResourceStream("Rig.Tests.Persistence.schema-5.sql")!;
            using var reader = new StreamReader(stream);
            await using var command = source.CreateCommand(await reader.ReadToEndAsync());
            await command.ExecuteNonQueryAsync();
        }

        server = await IngestServer.StartAsync(folder, database, stages.AddTo, "--Rig:Pipeline:QuietPeriod=36500.00:00:00", "--Rig:Pipeline:Lease=00:00:01", "--Rig:Pipeline:PollInterval=00:00:00.050");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_session_in_mid_work_goes_on_with_the_stage_it_was_killed_in_and_no_other_is_touched()
    {
        await UntilAsync("GAME_MIDWAY", "done");

        Assert.Equal([PipelineStage.Detected, PipelineStage.Events, PipelineStage.Clips], stages.Ran);
        var midway = await SessionAsync("GAME_MIDWAY");
        Assert.Equal("stitched/panorama.mp4", (string)midway["stages"]![3]!["result"]!["file"]!);
        Assert.Equal(4, (int)midway["stages"]![4]!["result"]!["seen_results"]!);
        Assert.Equal("done", (string)(await SessionAsync("GAME_DONE"))["status"]!);
        Assert.Equal("receiving", (string)(await SessionAsync("GAME_WAITING"))["status"]!);
        Assert.Equal(
            ["queued", "passed received", "passed verified", "passed aligned", "passed stitched", "passed detected", "passed events", "passed clips", "passed pushed"],
            await HistoryAsync("GAME_MIDWAY"));
        Assert.Equal(2, (await HistoryAsync("GAME_AGAIN")).Count(line => line == "queued"));
    }

    [Fact]
    public async Task A_stopped_session_is_retried_from_the_stage_that_failed()
    {
        await UntilAsync("GAME_MIDWAY", "done");
        var ran = stages.Ran.Count;
        Assert.Equal("The pictures do not overlap. Turn the cameras.", (string)(await SessionAsync("GAME_STOPPED"))["stages"]![3]!["error"]!);

        Assert.Equal(202, (await server.PostAsync("/api/v1/sessions/GAME_STOPPED/retry")).Status);
        await UntilAsync("GAME_STOPPED", "done");
        Assert.Equal([PipelineStage.Stitched, PipelineStage.Detected, PipelineStage.Events, PipelineStage.Clips], stages.Ran.Skip(ran));
    }

    [Fact]
    public async Task What_pages_see_is_made_again_from_the_histories()
    {
        await UntilAsync("GAME_MIDWAY", "done");
        string[] sessions = ["GAME_DONE", "GAME_STOPPED", "GAME_AGAIN", "GAME_MIDWAY"];
        var before = await Task.WhenAll(sessions.Select(SessionAsync));
        await server.DisposeAsync();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var command = source.CreateCommand(
                "DELETE FROM ingest.stages; UPDATE ingest.sessions SET run = 0, retries = 0, ready_at = NULL, ready_reason = NULL, settled = false, run_takes = 0, shown_nr = 0");
            await command.ExecuteNonQueryAsync();
        }

        server = await IngestServer.StartAsync(folder, database, stages.AddTo, "--Rig:Pipeline:QuietPeriod=36500.00:00:00");
        await Eventually.HoldsAsync(async () =>
        {
            var after = await Task.WhenAll(sessions.Select(SessionAsync));
            return after.Zip(before).All(pair => JsonNode.DeepEquals(pair.First, pair.Second));
        });
    }

    private async Task<JsonObject> SessionAsync(string session) => (await server.GetAsync($"/api/v1/sessions/{session}")).Body;

    private async Task<List<string>> HistoryAsync(string session) => [.. (await server.GetAsync($"/api/v1/sessions/{session}/history")).Body["history"]!.AsArray()
        .Select(line => string.Join(' ', new[] { line!["event"], line["stage"] }.Where(part => part is not null).Select(part => (string)part!)))];

    private Task UntilAsync(string session, string status) => Eventually.HoldsAsync(async () => (string)(await SessionAsync(session))["status"]! == status);
}
