using Rig.Domain.Messages;

namespace Rig.Tests.NodeApi;

public sealed class ConfigApiTests
{
    [Fact]
    public async Task A_change_takes_effect_at_once_and_is_there_after_a_restart()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var (status, body) = await node.PostAsync("/api/v1/config", """{"sync":{"max_offset_ms":8},"guards":{"temperature":"warn"}}""");
        Assert.Equal((200, false), (status, body.GetProperty("restart_required").GetBoolean()));
        Assert.Equal(8, (await node.GetAsync("/api/v1/status")).Body.GetProperty("sync").GetProperty("max_offset_ms").GetDouble());

        await using var again = await NodeUnderTest.StartAsync($"--Rig:Node:ConfigPath={node.Folder.File("config.json")}");
        var config = (await again.GetAsync("/api/v1/config")).Body;
        Assert.Equal(8, config.GetProperty("sync").GetProperty("max_offset_ms").GetDouble());
        Assert.Equal("warn", config.GetProperty("guards").GetProperty("temperature").GetString());
        Assert.Equal(1, config.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Every_error_is_told_at_once_and_nothing_is_changed()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var (status, body) = await node.PostAsync(
            "/api/v1/config", """{"camera":{"codec":"vp9","fps":0},"sync":{"max_offset_ms":7},"network":{"mesh_password":"x"},"production_mode":"no"}""");
        Assert.Equal(400, status);
        Assert.Equal(4, body.GetProperty("errors").GetArrayLength());
        Assert.False(File.Exists(node.Folder.File("config.json")));
        Assert.Equal(5, (await node.GetAsync("/api/v1/config")).Body.GetProperty("sync").GetProperty("max_offset_ms").GetDouble());
    }

    [Fact]
    public async Task A_mode_that_nothing_proves_is_refused_where_proof_is_needed()
    {
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal(200, (await node.PostAsync("/api/v1/config", """{"camera":{"width":1920,"height":1080}}""")).Status);
        await using var strict = await NodeUnderTest.StartAsync("--Rig:Capture:RequireProof=true", "--Rig:Capture:ProofsPath=" + node.Folder.File("proofs.json"));
        var (status, body) = await strict.PostAsync("/api/v1/config", """{"camera":{"width":1920,"height":1080}}""");
        Assert.Equal(400, status);
        Assert.Contains("1920x1080 at 30 is not offered", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        var modes = (await strict.GetAsync("/api/v1/camera/modes")).Body;
        Assert.True(modes.GetProperty("proof_required").GetBoolean());
        Assert.Equal(0, modes.GetProperty("modes").GetArrayLength());
    }

    [Fact]
    public async Task Settings_cannot_be_changed_while_recording()
    {
        await using var node = await NodeUnderTest.StartAsync();
        node.Board.Node = node.Report(NodePhase.Recording);
        Assert.Equal(409, (await node.PostAsync("/api/v1/config", """{"sync":{"max_offset_ms":8}}""")).Status);
    }

    [Fact]
    public async Task What_the_command_line_sets_is_not_changed_here()
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Sync:MaxOffsetMs=3");
        var (status, body) = await node.PostAsync("/api/v1/config", """{"sync":{"max_offset_ms":8}}""");
        Assert.Equal(400, status);
        Assert.Contains("Rig__Sync__MaxOffsetMs", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_is_ever_shown()
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:AccessPoint:Passphrase=swordfish");
        Assert.DoesNotContain("swordfish", (await node.GetAsync("/api/v1/config")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Rig:Node:SeedNodes:0=no port", "SeedNodes")]
    [InlineData("--Rig:Node:CameraID2=x", "CameraID2")]
    [InlineData("--Rig:Sync:MaxOffsetMs=-1", "MaxOffsetMs")]
    [InlineData("--Rig:Guards:MaxTemperatureC=500", "MaxTemperatureC")]
    public async Task A_bad_or_misspelled_key_stops_the_start_and_is_named(string setting, string name)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await NodeUnderTest.StartAsync(setting));
        Assert.Contains(name, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_of_a_newer_version_is_left_alone_and_named()
    {
        using var folder = new Support.TempFolder();
        await File.WriteAllTextAsync(folder.File("c.json"), """{"version":99,"settings":{}}""");
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () => await NodeUnderTest.StartAsync($"--Rig:Node:ConfigPath={folder.File("c.json")}"));
        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
    }
}
