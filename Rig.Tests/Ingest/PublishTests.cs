using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Publishing;
using Rig.Domain.Recordings;
using Rig.Ingest.Publish;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest;

public sealed class PublishTests : IAsyncLifetime
{
    private static readonly SessionId Session = SessionId.Parse("GAME_20261121_140000");

    private readonly TempFolder folder = new("rig-publish");
    private readonly PublishOptions options = new()
    {
        ApiKey = ScriptedViewer.Key,
        TeamCode = "BLUE12",
        Opponent = "Green Strikers",
        ChunkBytes = 100_000,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(2),
    };

    private ScriptedViewer viewer = null!;

    public async Task InitializeAsync()
    {
        viewer = await ScriptedViewer.StartAsync();
        options.ViewerUrl = viewer.Url + "/";
        ScriptedStages.WriteResults(folder.File(Session.Value));
    }

    public async Task DisposeAsync()
    {
        await viewer.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Renditions_and_the_reel_are_sent_with_their_kind_of_file()
    {
        var made = new Rendition("panorama_1440w", "h264", "avc1.64001f", 1440, 400, 25, 6, 9, 800, 700, "panorama_1440w.m3u8", "panorama_1440w.mp4");
        var set = new RenditionSet([new("panorama", "panorama.m3u8", [made], null)], "poster.jpg", new(2, 160, 90, 10, 10, 6, ["thumbs_00.jpg"]));
        Directory.CreateDirectory(folder.File(Session.Value, "renditions"));
        foreach (var name in set.FileNames)
        {
            await File.WriteAllTextAsync(folder.File(Session.Value, "renditions", name), name);
        }

        await File.WriteAllTextAsync(folder.File(Session.Value, "clips", "highlights.mp4"), "reel");
        await File.WriteAllBytesAsync(folder.File(Session.Value, "renditions", "renditions.json"), JsonSerializer.SerializeToUtf8Bytes(set, PublicationJson.Default.RenditionSet));

        await RunAsync();

        Assert.True(viewer.Published);
        Assert.Equal("panorama_1440w.m3u8", System.Text.Encoding.UTF8.GetString(viewer.Files["panorama_1440w.m3u8"]));
        Assert.Equal("application/vnd.apple.mpegurl", viewer.Game!.Files.Single(file => file.Name == "panorama.m3u8").ContentType);
        Assert.Equal(("highlights.mp4", "panorama_1440w"), (viewer.Game.HighlightReel, viewer.Game.Renditions!.Ladders[0].Renditions[0].Name));
    }

    [Fact]
    public async Task Renditions_whose_names_lead_elsewhere_are_not_sent()
    {
        Directory.CreateDirectory(folder.File(Session.Value, "renditions"));
        var set = new RenditionSet([new("panorama", "../../secret.m3u8", [], null)], "poster.jpg", new(2, 160, 90, 10, 10, 6, []));
        await File.WriteAllBytesAsync(folder.File(Session.Value, "renditions", "renditions.json"), JsonSerializer.SerializeToUtf8Bytes(set, PublicationJson.Default.RenditionSet));

        await RunAsync();

        Assert.Null(viewer.Game!.Renditions);
        Assert.DoesNotContain(viewer.Files.Keys, name => name.EndsWith(".m3u8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_finished_session_is_announced_sent_and_published()
    {
        var result = await RunAsync();

        Assert.True(viewer.Published);
        Assert.Equal(7, (int)result["game_id"]!);
        Assert.Equal(viewer.Url + "/games/7", (string)result["url"]!);
        Assert.Equal(["goal-0001.jpg", "goal-0001.mp4", "panorama.mp4", "thumbnail.jpg"], viewer.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(await File.ReadAllBytesAsync(folder.File(Session.Value, "stitched", "panorama.mp4")), viewer.Files["panorama.mp4"]);
        var game = viewer.Game!;
        Assert.Equal((Session.Value, "BLUE12", "Green Strikers"), (game.SessionId, game.TeamCode, game.Opponent));
        Assert.Equal((12.5, 25.0, 2880), (game.DurationSeconds, game.Fps, game.Panorama.Width));
        Assert.Equal("goal", Assert.Single(game.Events).Type);
        Assert.Single(game.Clips);
        Assert.Single(game.Follow);
    }

    [Fact]
    public async Task Lost_answers_and_busy_answers_cost_no_byte_twice()
    {
        var lost = 0;
        viewer.LoseAnswerAfter = (name, received) => name == "panorama.mp4" && lost++ < 4 ? received / 2 : null;
        viewer.Answer = request => request % 3 == 0 ? 503 : request % 7 == 0 ? 429 : null;

        await RunAsync();

        Assert.True(viewer.Published);
        Assert.Equal(await File.ReadAllBytesAsync(folder.File(Session.Value, "stitched", "panorama.mp4")), viewer.Files["panorama.mp4"]);
    }

    [Fact]
    public async Task A_second_run_sends_only_what_the_viewer_lacks()
    {
        await RunAsync();
        viewer.LoseAnswerAfter = (_, _) => throw new InvalidOperationException("Nothing should be sent again.");

        var result = await RunAsync();

        Assert.Equal((long)result["bytes"]!, (long)result["already_there_bytes"]!);
    }

    [Fact]
    public async Task A_file_that_arrived_wrong_is_sent_again()
    {
        viewer.WrongOnce = "panorama.mp4";

        await RunAsync();

        Assert.True(viewer.Published);
    }

    [Fact]
    public async Task A_refused_key_fails_at_once_and_says_what_to_do()
    {
        options.ApiKey = "another";

        var failure = await Assert.ThrowsAsync<StageFailedException>(RunAsync);

        Assert.Contains("Rig:Push:ApiKey", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_that_stays_away_leaves_the_stage_to_the_pipelines_own_retries()
    {
        options.MaxBarrenAttempts = 3;
        viewer.Answer = _ => 503;

        var failure = await Assert.ThrowsAnyAsync<Exception>(RunAsync);

        Assert.IsNotType<StageFailedException>(failure);
    }

    [Fact]
    public async Task A_missing_result_is_named()
    {
        File.Delete(folder.File(Session.Value, "stitched", "panorama.mp4"));

        Assert.Contains("panorama.mp4", (await Assert.ThrowsAsync<StageFailedException>(RunAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_viewer_the_match_stays_at_home()
    {
        options.ViewerUrl = "";

        Assert.Equal("no viewer is configured", (string)(await RunAsync())["skipped"]!);
    }

    private async Task<JsonObject> RunAsync()
    {
        using var http = new HttpClient();
        var file = SampleTake.Mp4();
        var take = new TakeFile(
            new TakeId(Session, CameraId.Center), "", Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(SampleTake.Manifest(file, Session.Value).ToJsonString())));
        var layout = new SessionLayout(Options.Create(new StorageOptions { SessionsPath = folder.Path, TempPath = folder.Path, ProcessingPath = folder.Path }));
        var stage = new PublishStage(http, new SessionFiles(layout), Options.Create(options), TimeProvider.System, NullLogger<PublishStage>.Instance);
        var context = new StageContext(
            Session,
            folder.File(Session.Value),
            [take],
            new Dictionary<PipelineStage, JsonObject> { [PipelineStage.Stitched] = new() { ["duration_seconds"] = 12.5, ["output_fps"] = 25.0 } });
        return await stage.RunAsync(context, new Progress<StageProgress>(), CancellationToken.None);
    }
}
