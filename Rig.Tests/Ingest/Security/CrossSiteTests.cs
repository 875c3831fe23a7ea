using System.Net.Http.Headers;
using System.Text;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Security;

/// <summary>What a page of another site can make a browser send without being asked: forms, plain texts, and scripts' requests without a type.</summary>
[Collection(PostgresTests.Name)]
public sealed class CrossSiteTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Elsewhere = "https://elsewhere.example";
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-cross-site");
    private IngestServer server = null!;

    public async Task InitializeAsync() => server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_page_of_another_site_steers_nothing()
    {
        string[] paths = ["offload/pause", "offload/resume", "offload/retry", "offload/verify", $"sessions/{Session}/process", $"sessions/{Session}/retry", $"sessions/{Session}/cancel"];
        foreach (var path in paths)
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json-not" })
            {
                Assert.Equal(403, await PostAsync(path, "{\"session_id\":\"GAME_20261121_140300\"}", type, Elsewhere));
                Assert.Equal(400, await PostAsync(path, "", type, origin: null));
            }

            Assert.Equal(400, await PostAsync(path, "{}", type: null, origin: null));
            foreach (var origin in new[] { Elsewhere, "null", server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + ".elsewhere.example" })
            {
                Assert.Equal(403, await PostAsync(path, "", type: null, origin));
                Assert.Equal(403, await PostAsync(path, "{}", "application/json", origin));
            }
        }

        Assert.False((bool)(await server.GetAsync("/api/v1/offload/status")).Body["paused"]!);

        // JSON a browser sends there only after it asked for leave, and nobody gives it.
        using var question = new HttpRequestMessage(HttpMethod.Options, "/api/v1/offload/pause");
        question.Headers.Add("Origin", Elsewhere);
        question.Headers.Add("Access-Control-Request-Method", "POST");
        question.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var answer = await server.Http.SendAsync(question);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_servers_own_page_and_operators_steer_it()
    {
        var own = server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(200, await PostAsync("offload/pause", "", type: null, own));
        Assert.True((bool)(await server.GetAsync("/api/v1/offload/status")).Body["paused"]!);
        Assert.Equal(200, await PostAsync("offload/resume", "", type: null, origin: null));
        Assert.Equal(200, await PostAsync("offload/pause", "{}", "application/json; charset=utf-8", own));
        Assert.Equal(200, await PostAsync("offload/resume", "{}", "application/json", origin: null));
        Assert.Equal(404, await PostAsync($"sessions/{Session}/process", "", type: null, own));
        Assert.Equal(404, await PostAsync("offload/verify", $"{{\"session_id\":\"{Session}\"}}", "application/json", own));
    }

    [Fact]
    public async Task Uploads_take_bodies_of_every_type_from_programs_and_nothing_from_another_sites_page()
    {
        var file = SampleTake.Mp4();
        foreach (var (header, value) in new[] { ("Origin", Elsewhere), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site") })
        {
            using var page = new HttpRequestMessage(HttpMethod.Post, "/api/v1/upload") { Content = SampleTake.Form(file) };
            page.Headers.Add(header, value);
            using var refused = await server.Http.SendAsync(page);
            Assert.Equal(403, (int)refused.StatusCode);
        }

        Assert.Empty(server.Files("sessions"));
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
        var confirm = $"{{\"session_id\":\"{Session}\",\"camera_id\":\"CAM_C\",\"checksum\":\"{SampleTake.Sha256(file)}\"}}";
        Assert.Equal(200, await PostAsync("upload/confirm", confirm, "text/plain", origin: null));
    }

    private async Task<int> PostAsync(string path, string body, string? type, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var reply = await server.Http.SendAsync(request);
        return (int)reply.StatusCode;
    }
}
