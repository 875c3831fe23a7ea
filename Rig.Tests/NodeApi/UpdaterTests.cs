extern alias node;
using System.Formats.Tar;
using node::Rig.CameraNode.Updates;
using Rig.Domain.Messages;
using Rig.Tests.Support;
using Rig.Tests.Updates;

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
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile)));
        await using var box = await UpdatableNode.StartAsync(source, ["--Rig:Update:RestartAfterApply=false"], installed: "0.1.0");
        var (node, folder) = (box.Node, box.Folder);

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
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)), sha256: new string('0', 64));
        await AssertRefusedAsync(source, "damaged");
    }

    [Fact]
    public async Task A_release_without_a_checksum_is_not_trusted()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)), signed: false);
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
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of((name, "x", type)));
        await AssertRefusedAsync(source, name);
    }

    [Theory]
    [InlineData("v0.0.9")]
    [InlineData("v0.1.0")]
    public async Task An_older_or_the_same_version_is_not_offered(string tag)
    {
        await using var source = await ReleaseServer.StartAsync(tag, TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)));
        await using var box = await UpdatableNode.StartAsync(source);
        var node = box.Node;
        Assert.False((await node.PostAsync("/api/v1/update/check", "{}")).Body.GetProperty("available").GetBoolean());
        Assert.False((await node.GetAsync("/api/v1/update/check")).Body.GetProperty("available").GetBoolean());
    }

    [Fact]
    public async Task A_version_that_could_mean_another_folder_is_refused()
    {
        await using var source = await ReleaseServer.StartAsync("v../../9.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)));
        await AssertRefusedAsync(source, "no usable version");
    }

    [Fact]
    public async Task A_release_of_a_strangers_key_is_neither_offered_nor_put_in_place()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)));
        using var own = new ReleaseSigner();
        await using (var box = await UpdatableNode.StartAsync(source, keys: own.Keys))
        {
            var check = (await box.Node.GetAsync("/api/v1/update/check")).Body;
            Assert.Equal((false, "9.1.0"), (check.GetProperty("available").GetBoolean(), check.GetProperty("latest_version").GetString()));
            Assert.Contains("not trusted", check.GetProperty("refused").GetString()!, StringComparison.Ordinal);
            Assert.Equal(409, (await box.Node.PostAsync("/api/v1/update/apply", "{}")).Status);
            Assert.False(Path.Exists(box.Folder.File("current")));
        }

        await using var keyless = await UpdatableNode.StartAsync(source, keys: new ReleaseKeys(""));
        Assert.Contains("no release key", (await keyless.Node.PostAsync("/api/v1/update/apply", "{}")).Body.GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_signed_release_under_a_newer_name_is_not_trusted()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)), change: manifest => manifest with { Version = "9.0.0" });
        await AssertRefusedAsync(source, "signed as");
    }

    [Fact]
    public async Task Without_the_helper_nothing_is_put_in_place()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)));
        await AssertRefusedAsync(source, "helper", "--Rig:Update:HelperSocket=/nowhere/at/all.sock");
    }

    [Fact]
    public async Task A_match_that_begins_during_the_download_is_not_disturbed()
    {
        NodeUnderTest? node = null;
        await using var source = await ReleaseServer.StartAsync(
            "v9.1.0", TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile)), onDownload: () => node!.Board.Node = node.Report(NodePhase.Recording));
        await using var box = await UpdatableNode.StartAsync(source, installed: "0.1.0");
        node = box.Node;
        var (status, body) = await node.PostAsync("/api/v1/update/apply", "{}");
        Assert.Equal(409, status);
        Assert.Contains("A recording has begun", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Equal(("releases/0.1.0", 0), (new FileInfo(box.Folder.File("current")).LinkTarget, box.Helper.Node.Restarts));
    }

    [Fact]
    public async Task One_step_back_is_one_order_and_the_history_shows_both()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile)));
        await using var box = await UpdatableNode.StartAsync(source, installed: "0.1.0");
        var (_, applied) = await box.Node.PostAsync("/api/v1/update/apply", "{}");
        Assert.True(applied.GetProperty("restarting").GetBoolean(), applied.GetRawText());
        await Eventually.HoldsAsync(() => new FileInfo(box.Folder.File("good")).LinkTarget == "releases/9.1.0");

        box.Node.Board.Node = box.Node.Report(NodePhase.Recording);
        Assert.Equal(409, (await box.Node.PostAsync("/api/v1/update/rollback", "{}")).Status);
        box.Node.Board.Node = null;
        Assert.Equal("0.1.0", (await box.PostUntilFreeAsync("/api/v1/update/rollback")).GetProperty("version").GetString());
        await Eventually.HoldsAsync(() => new FileInfo(box.Folder.File("good")).LinkTarget == "releases/0.1.0");
        Assert.Equal("old program", await File.ReadAllTextAsync(box.Folder.File("current", "rig-node")));
        Assert.Equal(
            ["rollback", "update"],
            (await box.Node.GetAsync("/api/v1/update/history")).Body.GetProperty("history").EnumerateArray().Select(attempt => attempt.GetProperty("kind").GetString()));

        Assert.Contains("no version to go back to", (await box.PostUntilFreeAsync("/api/v1/update/rollback")).GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_well_comes_back_by_itself_and_the_history_says_why()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile)));
        await using var box = await UpdatableNode.StartAsync(source, installed: "0.1.0");
        box.Helper.Node.IsWell = () => false;
        Assert.Equal(200, (await box.Node.PostAsync("/api/v1/update/apply", "{}")).Status);
        await Eventually.HoldsAsync(() => box.Helper.Node.Restarts == 2);
        Assert.Equal("old program", await File.ReadAllTextAsync(box.Folder.File("current", "rig-node")));
        var history = (await box.Node.GetAsync("/api/v1/update/history")).Body.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(["automatic_rollback", "update"], history.Select(attempt => attempt.GetProperty("kind").GetString()));
        Assert.Contains("was given up", history[0].GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(ReleaseServer source, string because, params string[] settings)
    {
        await using var box = await UpdatableNode.StartAsync(source, settings);
        var (status, body) = await box.Node.PostAsync("/api/v1/update/apply", "{}");
        Assert.InRange(status, 400, 599);
        Assert.Contains(because, body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.False(Path.Exists(box.Folder.File("current")));
        var history = (await box.Node.GetAsync("/api/v1/update/history")).Body.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(because == "no usable version" ? 0 : 1, history.Count);
        Assert.All(history, attempt => Assert.Equal((false, body.GetProperty("error").GetString()), (attempt.GetProperty("success").GetBoolean(), attempt.GetProperty("error").GetString())));
        Assert.Empty(Directory.Exists(box.Folder.File("releases")) ? Directory.GetFileSystemEntries(box.Folder.File("releases")) : []);
    }
}
