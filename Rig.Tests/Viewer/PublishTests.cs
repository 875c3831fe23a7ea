using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Domain.Publishing;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>The viewer's side of docs/ref/publish-api.md.</summary>
[Collection(PostgresTests.Name)]
public sealed class PublishTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic " + ViewerServer.PublishKey)]
    [InlineData("bearer" + ViewerServer.PublishKey)]
    public async Task Only_the_key_opens_the_door(string? authorization)
    {
        using var client = server.Anonymous();
        if (authorization is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await client.AnnounceAsync(PublishedGame.Make("KEY_GAME").Publication);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("Rig:Push:ApiKeySha256", await ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_a_person_is_no_key()
    {
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        using var answer = await admin.AnnounceAsync(PublishedGame.Make("ADMIN_GAME").Publication);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_game_is_seen_only_once_it_is_published()
    {
        var game = PublishedGame.Make("UNSEEN_GAME");
        using var ingest = server.IngestServer();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        await ingest.SendAllAsync(gameId, game);
        foreach (var route in new[] { $"/games/{gameId}", $"/api/v1/games/{gameId}", $"/api/v1/games/{gameId}/watch", $"/media/games/{gameId}/panorama.mp4" })
        {
            using var before = await coach.GetAsync(route);
            Assert.True(before.StatusCode == HttpStatusCode.NotFound, $"{route} answered {before.StatusCode}");
        }

        using var published = await ingest.PublishAsync(gameId);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        Assert.Equal(game.Bytes["panorama.mp4"], await coach.GetByteArrayAsync($"/media/games/{gameId}/panorama.mp4"));
    }

    [Fact]
    public async Task Sending_goes_on_where_it_was_cut_off()
    {
        var game = PublishedGame.Make("RESUMED_GAME");
        var panorama = game.Bytes["panorama.mp4"];
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        using var first = await ingest.SendAsync(gameId, "panorama.mp4", 0, panorama[..2000]);
        Assert.Equal("2000", first.Offset());

        // The ingest server starts again: announcing again tells it how far it came.
        var again = await ingest.AnnouncedAsync(game.Publication);
        Assert.Equal((gameId, 2000), (again.GameId, again.Files.Single(file => file.Name == "panorama.mp4").OffsetBytes));

        using var wrong = await ingest.SendAsync(gameId, "panorama.mp4", 1000, panorama[1000..]);
        Assert.Equal((HttpStatusCode.Conflict, "2000"), (wrong.StatusCode, wrong.Offset()));
        using var rest = await ingest.SendAsync(gameId, "panorama.mp4", 2000, panorama[2000..]);
        Assert.Equal((HttpStatusCode.NoContent, "5000"), (rest.StatusCode, rest.Offset()));
        Assert.True((await ingest.StatusAsync(gameId)).Files.Single(file => file.Name == "panorama.mp4").Complete);
        // An answer was lost, and the last piece comes a second time.
        using var twice = await ingest.SendAsync(gameId, "panorama.mp4", 2000, panorama[2000..]);
        Assert.Equal((HttpStatusCode.Conflict, "5000"), (twice.StatusCode, twice.Offset()));
    }

    [Fact]
    public async Task What_arrived_before_a_body_was_cut_off_is_kept()
    {
        var game = PublishedGame.Make("CUT_GAME");
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        var panorama = game.Bytes["panorama.mp4"];
        var arriving = Path.Combine(server.MediaPath, "incoming", $"{gameId}", ViewerServer.Sha256(panorama));
        await CutUploads.SendPartlyAsync(server.Address, $"/api/v1/push/games/{gameId}/files/panorama.mp4", panorama, 1234, arriving);
        // The status waits at the game's gate until the cut request is over.
        Assert.Equal(1234, (await ingest.StatusAsync(gameId)).Files.Single(file => file.Name == "panorama.mp4").OffsetBytes);
    }

    [Fact]
    public async Task Bytes_with_a_wrong_hash_are_thrown_away_and_asked_for_again()
    {
        var game = PublishedGame.Make("WRONG_GAME");
        var panorama = game.Bytes["panorama.mp4"];
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        await ingest.SendAllAsync(gameId, game with { Bytes = game.Bytes.Where(file => file.Key != "panorama.mp4").ToDictionary() });
        using var wrong = await ingest.SendAsync(gameId, "panorama.mp4", 0, [.. panorama[..^1], (byte)~panorama[^1]]);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "0"), (wrong.StatusCode, wrong.Offset()));
        var status = (await ingest.StatusAsync(gameId)).Files.Single(file => file.Name == "panorama.mp4");
        Assert.Equal((0, false), (status.OffsetBytes, status.Complete));
        using var early = await ingest.PublishAsync(gameId);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Contains("panorama.mp4", await ErrorAsync(early), StringComparison.Ordinal);

        using var right = await ingest.SendAsync(gameId, "panorama.mp4", 0, panorama);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        using var published = await ingest.PublishAsync(gameId);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
    }

    [Fact]
    public async Task A_file_that_was_whole_but_not_yet_checked_when_the_viewer_stopped_is_checked_later()
    {
        var game = PublishedGame.Make("STOPPED_GAME");
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        var incoming = Directory.CreateDirectory(Path.Combine(server.MediaPath, "incoming", $"{gameId}"));
        var panorama = game.Publication.Files.Single(file => file.Name == "panorama.mp4");
        await File.WriteAllBytesAsync(Path.Combine(incoming.FullName, panorama.Sha256), game.Bytes["panorama.mp4"]);
        Assert.True((await ingest.StatusAsync(gameId)).Files.Single(file => file.Name == "panorama.mp4").Complete);
    }

    [Fact]
    public async Task Pushing_the_same_again_changes_nothing()
    {
        var game = PublishedGame.Make("TWICE_GAME");
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(game);
        var again = await ingest.AnnouncedAsync(game.Publication);
        Assert.Equal((gameId, "published"), (again.GameId, again.Status));
        Assert.All(again.Files, file => Assert.True(file.Complete));
        using var published = await ingest.PublishAsync(gameId);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var watch = JsonDocument.Parse(await coach.GetStringAsync($"/api/v1/games/{gameId}/watch"));
        Assert.Equal(2, watch.RootElement.GetProperty("events").GetArrayLength());
        Assert.Equal(1, watch.RootElement.GetProperty("clips").GetArrayLength());
    }

    [Fact]
    public async Task A_new_version_replaces_the_old_one_only_when_it_is_published()
    {
        var old = PublishedGame.Make("NEWER_GAME");
        var bytes = old.Bytes.ToDictionary();
        bytes["panorama.mp4"] = [1, 2, 3, 4];
        bytes.Remove("goal-0012.mp4");
        bytes.Remove("goal-0012.jpg");
        var newer = PublishedGame.Make("NEWER_GAME", bytes: bytes);
        newer = newer with { Publication = newer.Publication with { Clips = [], Opponent = "Harbour Town" } };
        using var ingest = server.IngestServer();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var gameId = await ingest.PublishAsync(old);

        var status = await ingest.AnnouncedAsync(newer.Publication);
        Assert.Equal("receiving", status.Status);
        // The thumbnail is the same: it need not be sent again.
        Assert.Equal(["panorama.mp4"], status.Files.Where(file => !file.Complete).Select(file => file.Name));
        Assert.Equal(old.Bytes["panorama.mp4"], await coach.GetByteArrayAsync($"/media/games/{gameId}/panorama.mp4"));
        Assert.Equal(old.Bytes["goal-0012.mp4"], await coach.GetByteArrayAsync($"/media/games/{gameId}/goal-0012.mp4"));

        using var sent = await ingest.SendAsync(gameId, "panorama.mp4", 0, bytes["panorama.mp4"]);
        using var published = await ingest.PublishAsync(gameId);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        Assert.Equal(bytes["panorama.mp4"], await coach.GetByteArrayAsync($"/media/games/{gameId}/panorama.mp4"));
        using var dropped = await coach.GetAsync($"/media/games/{gameId}/goal-0012.mp4");
        Assert.Equal(HttpStatusCode.NotFound, dropped.StatusCode);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(server.MediaPath, "games", $"{gameId}")).Length);
        Assert.Contains("Harbour Town", await coach.GetStringAsync($"/games/{gameId}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_team_is_refused_and_leaves_nothing()
    {
        using var ingest = server.IngestServer();
        using var answer = await ingest.AnnounceAsync(PublishedGame.Make("TEAM_GAME", "NOSUCH").Publication);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("NOSUCH", await ErrorAsync(answer), StringComparison.Ordinal);
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        Assert.DoesNotContain("TEAM_GAME", await admin.GetStringAsync("/api/v1/games"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../panorama.mp4")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b.mp4")]
    [InlineData(".hidden.mp4")]
    [InlineData("PANORAMA.MP4")]
    [InlineData("a\\b.mp4")]
    [InlineData("a\0.mp4")]
    [InlineData("a.mp4\n")]
    [InlineData("")]
    [InlineData("page.html")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234567890.mp4")]
    public async Task A_file_name_that_could_be_a_trick_is_refused(string name)
    {
        var game = PublishedGame.Make("TRICK_GAME");
        var trick = game.Publication with { Files = [.. game.Publication.Files, new PublicationFile(name, 1, ViewerServer.Sha256([1]), "video/mp4")] };
        using var ingest = server.IngestServer();
        using var answer = await ingest.AnnounceAsync(trick);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("files", await ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("files.0.size_bytes", 0)]
    [InlineData("files.0.sha256", "../../../../etc/passwd")]
    [InlineData("files.0.content_type", "text/html")]
    [InlineData("session_id", "../escape")]
    [InlineData("team_code", "blue'; DROP TABLE games; --")]
    [InlineData("panorama.focal_px", 0)]
    [InlineData("events.0.type", "party")]
    [InlineData("events.0.confidence", 2)]
    [InlineData("events.0.team", "c")]
    [InlineData("clips.0.file_name", "other.mp4")]
    [InlineData("clips.0.end_seconds", 1)]
    [InlineData("follow.1.t_seconds", 0)]
    [InlineData("duration_seconds", 1e308)]
    [InlineData("panorama", null)]
    [InlineData("files", null)]
    [InlineData("follow.0", null)]
    public async Task A_field_that_is_wrong_is_named(string path, object? value)
    {
        var json = JsonSerializer.SerializeToNode(PublishedGame.Make("FIELD_GAME").Publication, PublicationJson.Default.GamePublication)!;
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate(json, (node, part) => int.TryParse(part, out var index) ? node[index]! : node[part]!);
        if (parent is JsonArray array)
        {
            array[int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonSerializer.SerializeToNode(value);
        }
        else
        {
            parent[parts[^1]] = JsonSerializer.SerializeToNode(value);
        }

        using var ingest = server.IngestServer();
        using var body = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await ingest.PostAsync("/api/v1/push/games", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(parts[0], await ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"session_id\":")]
    [InlineData("{}")]
    public async Task A_body_that_is_no_game_is_refused(string text)
    {
        using var ingest = server.IngestServer();
        using var body = new StringContent(text, Encoding.UTF8, "application/json");
        using var answer = await ingest.PostAsync("/api/v1/push/games", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty(await ErrorAsync(answer));
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_before_it_costs_space()
    {
        var game = PublishedGame.Make("LARGE_GAME");
        var large = game.Publication with { Files = [game.Publication.Files[0] with { SizeBytes = 10_000_001 }, .. game.Publication.Files.Skip(1)] };
        using var ingest = server.IngestServer();
        using var answer = await ingest.AnnounceAsync(large);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("Rig:Media:MaxFileSizeGb", await ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_announced_size_is_refused_and_leaves_nothing()
    {
        var game = PublishedGame.Make("BEYOND_GAME");
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        using var known = await ingest.SendAsync(gameId, "panorama.mp4", 0, new byte[5001]);
        Assert.Equal(HttpStatusCode.BadRequest, known.StatusCode);

        using var chunked = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/push/games/{gameId}/files/panorama.mp4") { Content = new ByteArrayContent(new byte[5001]) };
        chunked.Headers.Add("Upload-Offset", "0");
        chunked.Headers.TransferEncodingChunked = true;
        using var unknown = await ingest.SendAsync(chunked);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal(0, (await ingest.StatusAsync(gameId)).Files.Single(file => file.Name == "panorama.mp4").OffsetBytes);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task An_offset_that_is_no_number_is_refused(string offset)
    {
        var game = PublishedGame.Make("OFFSET_GAME");
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(game.Publication)).GameId;
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/push/games/{gameId}/files/panorama.mp4") { Content = new ByteArrayContent([1]) };
        request.Headers.TryAddWithoutValidation("Upload-Offset", offset);
        using var answer = await ingest.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Upload-Offset", await ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Games_and_files_that_were_not_announced_are_not_found()
    {
        using var ingest = server.IngestServer();
        var gameId = (await ingest.AnnouncedAsync(PublishedGame.Make("KNOWN_GAME").Publication)).GameId;
        using var noFile = await ingest.SendAsync(gameId, "other.mp4", 0, [1]);
        using var noGame = await ingest.SendAsync(9999, "panorama.mp4", 0, [1]);
        using var noStatus = await ingest.GetAsync("/api/v1/push/games/9999");
        using var noPublish = await ingest.PublishAsync(9999);
        Assert.All([noFile, noGame, noStatus, noPublish], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage answer)
    {
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.False(body.RootElement.GetProperty("success").GetBoolean());
        return body.RootElement.GetProperty("error").GetString()!;
    }
}
