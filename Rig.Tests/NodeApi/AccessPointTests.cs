extern alias node;
using System.Text.Json;
using node::Rig.CameraNode.Network;
using Rig.Domain.Messages;
using Rig.Tests.Support;
using static Rig.Tests.NodeApi.ScriptedNetworkManager;

namespace Rig.Tests.NodeApi;

public sealed class AccessPointTests
{
    private const string Secret = "corner flag 7";
    private static readonly string[] Set = ["--Rig:AccessPoint:Allowed=true", $"--Rig:AccessPoint:Passphrase={Secret}"];

    [Fact]
    public async Task The_nodes_own_wifi_goes_up_and_its_password_is_in_no_argument_reply_or_log()
    {
        await using var node = await NodeUnderTest.StartAsync(Set);
        string? passwords = null;
        UnixFileMode? mode = null;
        node.Network.Answers = arguments =>
        {
            if (arguments is [.., "passwd-file", var path])
            {
                (passwords, mode) = (File.ReadAllText(path), File.GetUnixFileMode(path));
            }

            return arguments.Contains("status") ? Ok("eth0:ethernet:connected\np2p-dev-wlan0:wifi-p2p:disconnected\nwlan0:wifi:disconnected\n")
                : arguments.Contains("delete") ? Fails(NmcliResult.NotThere) : Ok();
        };
        var (status, body) = await node.PostAsync("/api/v1/network/ap/enable", "{}");
        Assert.Equal((200, true), (status, body.GetProperty("ap_mode").GetBoolean()));
        var add = node.Network.Asked.Single(a => a.Contains("add"));
        foreach (var (name, value) in new[] { ("type", "wifi"), ("ifname", "wlan0"), ("ssid", "SOCCER_CAM_L"), ("802-11-wireless.mode", "ap"), ("ipv4.method", "shared"), ("save", "no") })
        {
            Assert.Equal(value, add[Array.IndexOf(add, name) + 1]);
        }

        Assert.Equal(($"802-11-wireless-security.psk:{Secret}\n", UnixFileMode.UserRead | UnixFileMode.UserWrite), (passwords, mode));
        Assert.False(File.Exists(node.Network.Asked.Single(a => a.Contains("passwd-file"))[^1]));
        Assert.DoesNotContain(node.Network.Asked, a => a.Any(argument => argument.Contains(Secret, StringComparison.Ordinal)));
        Assert.DoesNotContain(Secret, body.GetRawText() + (await node.GetAsync("/api/v1/logs?lines=1000")).Body.GetRawText() + (await node.GetAsync("/api/v1/config")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wifi_that_does_not_go_up_is_taken_back_and_the_log_hides_the_password()
    {
        await using var node = await NodeUnderTest.StartAsync(Set);
        node.Network.Answers = arguments => arguments.Contains("status") ? Ok("wlan0:wifi:connected\n")
            : arguments.Contains("up") ? Fails(4, $"Error: activation failed, psk '{Secret}'.") : Ok();
        var (status, body) = await node.PostAsync("/api/v1/network/ap/enable", "{}");
        Assert.Equal(503, status);
        Assert.Contains("did not switch the Wi-Fi", body.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Equal(["connection", "delete", "id", "rig-ap"], node.Network.Asked[^1]);
        var log = (await node.GetAsync("/api/v1/logs?lines=1000")).Body.GetRawText();
        Assert.Contains("activation failed", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_closed_again_and_closing_it_twice_is_no_error()
    {
        await using var node = await NodeUnderTest.StartAsync(Set);
        node.Network.Answers = _ => node.Network.Asked.Count == 1 ? Ok() : Fails(NmcliResult.NotThere);
        Assert.Equal(200, (await node.PostAsync("/api/v1/network/ap/disable", "{}")).Status);
        Assert.Equal(200, (await node.PostAsync("/api/v1/network/ap/disable", "{}")).Status);
        Assert.All(node.Network.Asked, a => Assert.Equal(["connection", "delete", "id", "rig-ap"], a));
    }

    [Theory]
    [InlineData("enable")]
    [InlineData("disable")]
    public async Task Without_permission_networkmanager_or_in_mid_match_the_answer_says_what_to_do(string verb)
    {
        var route = $"/api/v1/network/ap/{verb}";
        await using (var forbidden = await NodeUnderTest.StartAsync())
        {
            Assert.Equal((403, true), Told(await forbidden.PostAsync(route, "{}"), "Rig:AccessPoint:Allowed"));
            Assert.Empty(forbidden.Network.Asked);
        }

        await using var node = await NodeUnderTest.StartAsync(Set);
        Assert.Equal((503, true), Told(await node.PostAsync(route, "{}"), "network-manager"));
        Assert.Equal(400, (await node.PostAsync(route, "x", "text/plain")).Status);
        node.Network.Answers = _ => Fails(8, "Error: NetworkManager is not running.");
        Assert.Equal((503, true), Told(await node.PostAsync(route, "{}"), "systemctl start NetworkManager"));
        node.Network.Answers = arguments => arguments.Contains("status") ? Ok("wlan0:wifi:connected\n") : Ok();
        node.Board.Node = node.Report(NodePhase.Recording);
        Assert.Equal((409, true), Told(await node.PostAsync(route, "{}"), "recording"));
        Assert.Equal(200, (await node.PostAsync(route, """{"force":true}""")).Status);
    }

    [Fact]
    public async Task A_machine_without_wifi_or_password_says_so()
    {
        await using var open = await NodeUnderTest.StartAsync("--Rig:AccessPoint:Allowed=true");
        Assert.Equal((503, true), Told(await open.PostAsync("/api/v1/network/ap/enable", "{}"), "Rig:AccessPoint:Passphrase"));
        await using var node = await NodeUnderTest.StartAsync(Set);
        node.Network.Answers = arguments => arguments.Contains("status") ? Ok("eth0:ethernet:connected\nwlan0:wifi:unavailable\n") : Ok();
        Assert.Equal((503, true), Told(await node.PostAsync("/api/v1/network/ap/enable", "{}"), "no Wi-Fi that can be used"));
    }

    [Theory]
    [InlineData("ap", true)]
    [InlineData("infrastructure", false)]
    public async Task The_network_tells_truly_which_wifi_there_is(string mode, bool own)
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:AccessPoint:Ssid=Field 3");
        node.Network.Answers = arguments => arguments switch
        {
            [.., "status"] => Ok("ethernet:connected:Wired connection 1\nwifi:connected:Club\\: guests\n"),
            [.., "show", "id", "Club: guests"] => Ok($"802-11-wireless.ssid:Club\\: pitch \\\\ 3\n802-11-wireless.mode:{mode}\n"),
            _ => Fails(NmcliResult.NotThere),
        };
        var (_, network) = await node.GetAsync("/api/v1/network/status");
        Assert.Equal((own, "Club: pitch \\ 3", "Field 3"), (network.GetProperty("ap_mode").GetBoolean(), network.GetProperty("ssid").GetString(), network.GetProperty("ap_ssid").GetString()));
    }

    [Theory]
    [InlineData("--Rig:AccessPoint:Passphrase=short77")]
    [InlineData("--Rig:AccessPoint:Passphrase=line\nbreak and more")]
    public async Task A_bad_password_stops_the_start_without_being_shown(string setting)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await NodeUnderTest.StartAsync(setting));
        Assert.Contains("Passphrase", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(setting.Split('=')[1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_program_is_run_without_a_shell_and_one_that_is_missing_is_no_error()
    {
        using var folder = new TempFolder();
        var program = folder.File("nmcli");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\necho oops >&2\nexit 10\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var result = await new Nmcli(new ScriptedOptions<AccessPointOptions>(new AccessPointOptions { Nmcli = program }))
            .RunAsync(["a b", "$(reboot)", "'"], TimeSpan.FromSeconds(20), CancellationToken.None);
        Assert.Equal(new NmcliResult(10, "a b\n$(reboot)\n'\n", "oops\n"), result);
        Assert.Null(await new Nmcli(new ScriptedOptions<AccessPointOptions>(new AccessPointOptions { Nmcli = folder.File("absent") }))
            .RunAsync([], TimeSpan.FromSeconds(20), CancellationToken.None));
    }

    private static (int Status, bool Says) Told((int Status, JsonElement Body) answer, string words) =>
        (answer.Status, answer.Body.GetProperty("error").GetString()!.Contains(words, StringComparison.Ordinal));
}
