using Microsoft.Extensions.Options;
using Rig.CameraNode.Settings;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Network;

/// <param name="ApMode">This node's own access point is on.</param>
/// <param name="Ssid">The Wi-Fi that this machine opened or is in; null without one.</param>
internal sealed record WifiState(bool ApMode, string? Ssid);

/// <summary>
/// Opens and closes this node's own Wi-Fi through NetworkManager, which also gives addresses to who joins. The connection is
/// never saved: a box that was switched off comes back in the rig's usual network.
/// </summary>
internal sealed class AccessPoint(INetworkManager manager, IOptionsMonitor<AccessPointOptions> options, CameraIdentity camera, ILogger<AccessPoint> logger) : IDisposable
{
    /// <summary>The connection's name in NetworkManager.</summary>
    internal const string ConnectionName = "rig-ap";

    private const string Address = "192.168.4.1/24";
    private const string NotInstalled = "This machine has no NetworkManager. Install the package network-manager, or open a Wi-Fi by other means.";

    private static readonly TimeSpan QuestionTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Null where the Wi-Fi may be changed, else why not.</summary>
    public string? Refusal => options.CurrentValue.Allowed
        ? null
        : $"This machine's Wi-Fi may not be changed over the network. Set {AccessPointOptions.Section}:Allowed on it.";

    /// <summary>The name of the Wi-Fi that this node opens.</summary>
    public string Ssid => options.CurrentValue.Ssid is { Length: > 0 } own ? own : $"SOCCER_{camera.Id}";

    public void Dispose() => one.Dispose();

    /// <summary>As NetworkManager tells it; without one nothing is known of the Wi-Fi.</summary>
    public async Task<WifiState> StateAsync(CancellationToken cancellationToken)
    {
        try
        {
            var devices = await manager.RunAsync(["--terse", "--fields", "TYPE,STATE,CONNECTION", "device", "status"], QuestionTimeout, cancellationToken);
            var connection = devices is { Succeeded: true }
                ? NmcliText.Rows(devices.Output).FirstOrDefault(d => d is ["wifi", "connected", { Length: > 0 }])?[2]
                : null;
            if (connection is null)
            {
                return new WifiState(false, null);
            }

            var profile = await manager.RunAsync(
                ["--terse", "--fields", "802-11-wireless.ssid,802-11-wireless.mode", "connection", "show", "id", connection], QuestionTimeout, cancellationToken);
            string? Of(string field) => profile is { Succeeded: true } ? NmcliText.Rows(profile.Output).FirstOrDefault(row => row.Count > 1 && row[0] == field)?[1] : null;
            return new WifiState(Of("802-11-wireless.mode") == "ap", Of("802-11-wireless.ssid"));
        }
        catch (TimeoutException e)
        {
            logger.LogWarning(e, "The state of the Wi-Fi is not known");
            return new WifiState(false, null);
        }
    }

    /// <exception cref="ApiException">It could not be opened; the message says why, and the Wi-Fi is as it was.</exception>
    public Task EnableAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        var settings = options.CurrentValue;
        if (settings.Passphrase.Length == 0)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"The Wi-Fi has no password yet. Set {AccessPointOptions.Section}:Passphrase on this machine, 8 to 63 characters.");
        }

        var device = settings.Interface.Length > 0 ? settings.Interface : await FirstWifiAsync(cancellationToken);
        await ForgetAsync(cancellationToken);
        var opened = false;
        try
        {
            // The password is asked for when the connection goes up, so that it is kept nowhere.
            await NeedAsync(
                [
                    "connection", "add", "save", "no", "type", "wifi", "con-name", ConnectionName, "ifname", device, "autoconnect", "no", "ssid", Ssid,
                    "802-11-wireless.mode", "ap", "802-11-wireless.band", "bg", "802-11-wireless.channel", settings.Channel.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    "802-11-wireless-security.key-mgmt", "wpa-psk", "802-11-wireless-security.proto", "rsn", "802-11-wireless-security.psk-flags", "2",
                    "ipv4.method", "shared", "ipv4.addresses", Address, "ipv6.method", "disabled",
                ],
                cancellationToken);
            using (var secret = SecretFile.Create($"802-11-wireless-security.psk:{settings.Passphrase}\n"))
            {
                await NeedAsync(["--wait", "25", "connection", "up", "id", ConnectionName, "ifname", device, "passwd-file", secret.Path], cancellationToken);
            }

            opened = true;
            logger.LogInformation("This node's own Wi-Fi is on");
        }
        finally
        {
            if (!opened)
            {
                await ForgetAsync(CancellationToken.None);
            }
        }
    });

    /// <summary>Also where it was off already.</summary>
    /// <exception cref="ApiException">It could not be closed; the message says why.</exception>
    public Task DisableAsync(CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        await ForgetAsync(cancellationToken);
        logger.LogInformation("This node's own Wi-Fi is off");
    });

    private async Task AloneAsync(Func<Task> change)
    {
        if (!await one.WaitAsync(TimeSpan.Zero))
        {
            throw new ApiException(StatusCodes.Status409Conflict, "The Wi-Fi is being switched already. Wait a moment.");
        }

        try
        {
            await change();
        }
        catch (TimeoutException e)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, e.Message + " Try again in a moment.");
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<string> FirstWifiAsync(CancellationToken cancellationToken)
    {
        var devices = await NeedAsync(["--terse", "--fields", "DEVICE,TYPE,STATE", "device", "status"], cancellationToken);
        return NmcliText.Rows(devices.Output).FirstOrDefault(d => d is [{ Length: > 0 }, "wifi", not "unavailable" and not "unmanaged"])?[0]
            ?? throw new ApiException(StatusCodes.Status503ServiceUnavailable, "This machine has no Wi-Fi that can be used. Switch Wi-Fi on, or plug in an adapter.");
    }

    /// <summary>Deleting a connection that is up takes it down too.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var result = await manager.RunAsync(["connection", "delete", "id", ConnectionName], ChangeTimeout, cancellationToken)
            ?? throw new ApiException(StatusCodes.Status503ServiceUnavailable, NotInstalled);
        if (result is { Succeeded: false, ExitCode: not NmcliResult.NotThere })
        {
            throw Failed(result);
        }
    }

    private async Task<NmcliResult> NeedAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await manager.RunAsync(arguments, ChangeTimeout, cancellationToken) switch
        {
            null => throw new ApiException(StatusCodes.Status503ServiceUnavailable, NotInstalled),
            { Succeeded: true } result => result,
            { } result => throw Failed(result),
        };

    private ApiException Failed(NmcliResult result)
    {
        var said = result.Error.Trim();
        logger.LogError(
            "NetworkManager refused ({ExitCode}): {Reason}", result.ExitCode,
            options.CurrentValue.Passphrase is { Length: > 0 } secret ? said.Replace(secret, "(hidden)", StringComparison.Ordinal) : said);
        return new ApiException(
            StatusCodes.Status503ServiceUnavailable,
            result.ExitCode == 8 ? "NetworkManager does not run on this machine. Start it with: systemctl start NetworkManager"
                : "NetworkManager did not switch the Wi-Fi. This node's log says why; most often the node may not control the network, or the adapter cannot be an access point.");
    }
}
