extern alias node;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using node::Rig.CameraNode.Updates;
using Rig.Domain.Messages;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

public sealed class UpdaterTests
{
    [Fact]
    public async Task Without_a_source_the_answer_says_what_to_set()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var (status, body) = await node.PostAsync("/api/v1/update/check", "{}");
        Assert.Equal(409, status);
        Assert.Contains("update.releases_url", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_update_while_recording()
    {
        await using var node = await NodeUnderTest.StartAsync();
        node.Board.Node = node.Report(NodePhase.Recording);
        Assert.Equal(409, (await node.PostAsync("/api/v1/update/check", "{}")).Status);
        Assert.Equal(409, (await node.PostAsync("/api/v1/update/apply", "{}")).Status);
    }

    [Fact]
    public async Task A_verified_release_is_put_in_place_in_one_step()
    {
        await using var source = await ReleaseSource.StartAsync("v9.1.0", Tar(("rig-node", "new program", TarEntryType.RegularFile)));
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("releases", "0.1.0"));
        File.CreateSymbolicLink(folder.File("current"), Path.Combine("releases", "0.1.0"));
        await using var node = await NodeAsync(source, folder);

        var (_, check) = await node.PostAsync("/api/v1/update/check", "{}");
        Assert.Equal((true, "9.1.0"), (check.GetProperty("available").GetBoolean(), check.GetProperty("latest_version").GetString()));
        foreach (var key in new[] { "current_version", "release_name", "release_notes", "download_url", "download_size_mb" })
        {
            Assert.True(check.TryGetProperty(key, out _), key);
        }

        var (status, applied) = await node.PostAsync("/api/v1/update/apply", "{}");
        Assert.True(status == 200, applied.GetRawText());
        Assert.Equal("new program", await File.ReadAllTextAsync(folder.File("current", "rig-node")));
        var attempt = (await node.GetAsync("/api/v1/update/history")).Body.GetProperty("history").EnumerateArray().Single();
        Assert.Equal(
            ("9.1.0", check.GetProperty("current_version").GetString(), true),
            (attempt.GetProperty("version").GetString(), attempt.GetProperty("previous_version").GetString(), attempt.GetProperty("success").GetBoolean()));
        Assert.True(attempt.GetProperty("installed_at").GetDateTimeOffset() >= attempt.GetProperty("attempted_at").GetDateTimeOffset());
        Assert.True(Directory.Exists(folder.File("releases", "0.1.0")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Path, ".*", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task A_damaged_download_changes_nothing()
    {
        await using var source = await ReleaseSource.StartAsync("v9.1.0", Tar(("rig-node", "x", TarEntryType.RegularFile)), sha256: new string('0', 64));
        await AssertRefusedAsync(source, "damaged");
    }

    [Fact]
    public async Task A_release_without_a_checksum_is_not_trusted()
    {
        await using var source = await ReleaseSource.StartAsync("v9.1.0", Tar(("rig-node", "x", TarEntryType.RegularFile)), sha256: "");
        await AssertRefusedAsync(source, "not trusted");
    }

    [Theory]
    [InlineData("../evil", TarEntryType.RegularFile)]
    [InlineData("/tmp/evil-rig", TarEntryType.RegularFile)]
    [InlineData("a/../../evil", TarEntryType.RegularFile)]
    [InlineData("link", TarEntryType.SymbolicLink)]
    [InlineData("hard", TarEntryType.HardLink)]
    public async Task An_archive_that_reaches_outside_changes_nothing(string name, TarEntryType type)
    {
        await using var source = await ReleaseSource.StartAsync("v9.1.0", Tar((name, "x", type)));
        await AssertRefusedAsync(source, name);
    }

    [Theory]
    [InlineData("v0.0.9")]
    [InlineData("v0.1.0")]
    public async Task An_older_or_the_same_version_is_not_offered(string tag)
    {
        await using var source = await ReleaseSource.StartAsync(tag, Tar(("rig-node", "x", TarEntryType.RegularFile)));
        using var folder = new TempFolder();
        await using var node = await NodeAsync(source, folder);
        Assert.False((await node.PostAsync("/api/v1/update/check", "{}")).Body.GetProperty("available").GetBoolean());
        Assert.False((await node.GetAsync("/api/v1/update/check")).Body.GetProperty("available").GetBoolean());
    }

    [Fact]
    public async Task A_version_that_could_mean_another_folder_is_refused()
    {
        await using var source = await ReleaseSource.StartAsync("v../../9.0", Tar(("rig-node", "x", TarEntryType.RegularFile)));
        await AssertRefusedAsync(source, "no usable version");
    }

    [Theory]
    [InlineData("0011223344556677889900112233445566778899001122334455667788990011  a.tar.gz", "a.tar.gz", true)]
    [InlineData("0011223344556677889900112233445566778899001122334455667788990011 *a.tar.gz", "a.tar.gz", true)]
    [InlineData("0011223344556677889900112233445566778899001122334455667788990011", "a.tar.gz", true)]
    [InlineData("0011223344556677889900112233445566778899001122334455667788990011  b.tar.gz", "a.tar.gz", false)]
    [InlineData("short  a.tar.gz", "a.tar.gz", false)]
    public void Checksum_files_read_as_sha256sum_writes_them(string line, string name, bool found) => Assert.Equal(found, PublishedRelease.Sha256Of(line, name) is not null);

    private static async Task AssertRefusedAsync(ReleaseSource source, string because)
    {
        using var folder = new TempFolder();
        await using var node = await NodeAsync(source, folder);
        var (status, body) = await node.PostAsync("/api/v1/update/apply", "{}");
        Assert.InRange(status, 400, 599);
        Assert.Contains(because, body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder.File("current")));
        var history = (await node.GetAsync("/api/v1/update/history")).Body.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(because == "no usable version" ? 0 : 1, history.Count);
        Assert.All(history, attempt => Assert.Equal((false, body.GetProperty("error").GetString()), (attempt.GetProperty("success").GetBoolean(), attempt.GetProperty("error").GetString())));
        Assert.Empty(Directory.Exists(folder.File("releases")) ? Directory.GetFileSystemEntries(folder.File("releases")) : []);
    }

    private static Task<NodeUnderTest> NodeAsync(ReleaseSource source, TempFolder folder) => NodeUnderTest.StartAsync(
        $"--Rig:Update:ReleasesUrl={source.Url}", $"--Rig:Update:InstallPath={folder.Path}", "--Rig:Update:Platform=linux-x64", "--Rig:Update:RestartAfterApply=false");

    private static byte[] Tar(params (string Name, string Text, TarEntryType Type)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, text, type) in entries)
            {
                var entry = new PaxTarEntry(type, name);
                if (type == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
                }
                else
                {
                    entry.LinkName = "/etc/passwd";
                }

                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A server that answers like GitHub's releases.</summary>
    private sealed class ReleaseSource : IAsyncDisposable
    {
        private readonly WebApplication app;

        private ReleaseSource(WebApplication app) => this.app = app;

        public string Url => $"{app.Urls.First()}/latest";

        public static async Task<ReleaseSource> StartAsync(string tag, byte[] archive, string? sha256 = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            const string Name = "rig-node-linux-x64.tar.gz";
            var sum = sha256 ?? Convert.ToHexStringLower(SHA256.HashData(archive));
            app.MapGet("/latest", (HttpRequest request) => Results.Json(new
            {
                tag_name = tag,
                name = "A release",
                body = "Notes",
                assets = new[] { (Name, archive.Length), ("SHA256SUMS", 100) }
                    .Where(a => a.Item1 == Name || sum.Length > 0)
                    .Select(a => new { name = a.Item1, browser_download_url = $"http://{request.Host}/{a.Item1}", size = a.Item2 }),
            }));
            app.MapGet($"/{Name}", () => Results.Bytes(archive));
            app.MapGet("/SHA256SUMS", () => $"{sum}  {Name}\n");
            await app.StartAsync();
            return new ReleaseSource(app);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
