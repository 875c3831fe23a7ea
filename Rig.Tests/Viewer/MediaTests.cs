using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rig.Tests.Support;
using Rig.Viewer.Watch;

namespace Rig.Tests.Viewer;

/// <summary>What a phone's video player asks for.</summary>
[Collection(PostgresTests.Name)]
public sealed class MediaTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    private static readonly PublishedGame Game = PublishedGame.Make("MEDIA_GAME");
    private static readonly byte[] Panorama = Game.Bytes["panorama.mp4"];

    private async Task<(HttpClient Coach, string Path)> OpenAsync()
    {
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(Game);
        return (await server.SignInAsync(ViewerServer.Coach), $"/media/games/{gameId}/");
    }

    [Theory]
    [InlineData("bytes=0-1", 0, 1)]
    [InlineData("bytes=4000-", 4000, 4999)]
    [InlineData("bytes=-10", 4990, 4999)]
    [InlineData("bytes=-9000", 0, 4999)]
    [InlineData("bytes=100-99999", 100, 4999)]
    public async Task A_range_answers_with_just_that_part(string range, int from, int to)
    {
        var (coach, path) = await OpenAsync();
        using var answer = await GetAsync(coach, path + "panorama.mp4", range);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal($"bytes {from}-{to}/5000", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Panorama[from..(to + 1)], await answer.Content.ReadAsByteArrayAsync());
        coach.Dispose();
    }

    [Theory]
    [InlineData("bytes=5000-")]
    [InlineData("bytes=9000-9001")]
    [InlineData("bytes=-0")]
    public async Task A_range_outside_the_file_is_416(string range)
    {
        var (coach, path) = await OpenAsync();
        using var answer = await GetAsync(coach, path + "panorama.mp4", range);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal("bytes */5000", answer.Content.Headers.ContentRange!.ToString());
        coach.Dispose();
    }

    [Fact]
    public async Task Media_is_private_and_asked_for_again_by_its_hash()
    {
        var (coach, path) = await OpenAsync();
        using var answer = await coach.GetAsync(path + "panorama.mp4");
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.ToString());
        Assert.True(answer.Headers.CacheControl!.Private);
        Assert.Equal($"\"{ViewerServer.Sha256(Panorama)}\"", answer.Headers.ETag!.Tag);
        Assert.Equal("bytes", answer.Headers.AcceptRanges.Single());

        using var again = new HttpRequestMessage(HttpMethod.Get, path + "panorama.mp4");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag);
        using var same = await coach.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        using var head = await coach.SendAsync(new HttpRequestMessage(HttpMethod.Head, path + "panorama.mp4"));
        Assert.Equal((HttpStatusCode.OK, 5000L), (head.StatusCode, head.Content.Headers.ContentLength));
        coach.Dispose();
    }

    [Fact]
    public async Task A_part_of_an_older_version_is_not_mixed_with_the_new_one()
    {
        var (coach, path) = await OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path + "panorama.mp4");
        request.Headers.Range = RangeHeaderValue.Parse("bytes=100-199");
        request.Headers.IfRange = new RangeConditionHeaderValue("\"" + new string('0', 64) + "\"");
        using var answer = await coach.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, 5000L), (answer.StatusCode, answer.Content.Headers.ContentLength));
        coach.Dispose();
    }

    [Fact]
    public async Task A_downloaded_clip_has_a_name_that_explains_itself()
    {
        var (coach, path) = await OpenAsync();
        using var answer = await coach.GetAsync(path + "goal-0012.mp4?download=true");
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("2026-11-21 Green Strikers goal-0012.mp4", answer.Content.Headers.ContentDisposition.FileNameStar ?? answer.Content.Headers.ContentDisposition.FileName!.Trim('"'));
        using var shown = await coach.GetAsync(path + "goal-0012.mp4");
        Assert.Null(shown.Content.Headers.ContentDisposition);
        coach.Dispose();
    }

    [Fact]
    public async Task Nobody_else_on_the_machine_may_read_the_files()
    {
        var (coach, path) = await OpenAsync();
        coach.Dispose();
        using var ingest = server.IngestServer();
        var arriving = PublishedGame.Make("ARRIVING_GAME");
        var status = await ingest.AnnouncedAsync(arriving.Publication);
        using var part = await ingest.SendAsync(status.GameId, "panorama.mp4", 0, arriving.Bytes["panorama.mp4"][..100]);
        Assert.Equal(HttpStatusCode.NoContent, part.StatusCode);
        AssertClosed();

        // What an older program left open is closed at the next start.
        var folder = Path.Combine(server.MediaPath, "games", path.Split('/')[3]);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(Directory.EnumerateFiles(folder).First(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await server.InScopeAsync(services => services.GetServices<IHostedService>().OfType<MediaModes>().Single().StartAsync(CancellationToken.None));
        AssertClosed();
    }

    private void AssertClosed()
    {
        const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var folder in new[] { "games", "incoming" }.Select(name => new DirectoryInfo(Path.Combine(server.MediaPath, name))))
        {
            Assert.Equal(Closed | UnixFileMode.UserExecute, folder.UnixFileMode);
            Assert.NotEmpty(folder.EnumerateFiles("*", SearchOption.AllDirectories));
            Assert.All(folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories), entry =>
                Assert.Equal(entry is DirectoryInfo ? Closed | UnixFileMode.UserExecute : Closed, entry.UnixFileMode));
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Range", range);
        return await client.SendAsync(request);
    }
}
