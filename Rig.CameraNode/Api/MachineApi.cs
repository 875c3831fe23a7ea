using System.Globalization;
using System.Text.Json;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Access;
using Rig.CameraNode.Control;
using Rig.CameraNode.Network;
using Rig.CameraNode.Power;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Serilog.Events;

namespace Rig.CameraNode.Api;

/// <summary>The machine under the camera: power, log, mode, network, clock.</summary>
internal static class MachineApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockTimeout = TimeSpan.FromSeconds(5);
    private const int MaxLogLines = LogTail.Capacity;

    public static void MapMachine(this IEndpointRouteBuilder api)
    {
        var machine = api.MapGroup("").WithTags("Machine").ProducesProblem(StatusCodes.Status400BadRequest);
        machine.MapPost("/shutdown", ShutDownAsync).Allow(Roles.Owner).Audits("switched the box off").WithSummary("Switches the box off.").TakesJson<Forced>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        machine.MapPost("/reboot", RebootAsync).Allow(Roles.Owner).Audits("restarted the box").WithSummary("Restarts the box.").ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        machine.MapPost("/mode", ChangeModeAsync).Allow(Roles.Owner).Audits("changed whether log files are written").WithSummary("Whether the node writes log files, from its next start on.").TakesJson<ModeWanted>().ProducesProblem(StatusCodes.Status409Conflict);
        machine.MapPost("/sync/trigger", TriggerSyncAsync).Allow(Roles.Operator, Roles.Node).WithSummary("Reads chrony now.");
        machine.MapGetAndHead("/logs", ReadLog).Allow(Roles.Owner).WithSummary("The newest lines of the log, ?lines= of them.");
        machine.MapGetAndHead("/network/status", NetworkAsync).Allow(Roles.Owner).WithSummary("How this box is connected.");
        machine.MapPost("/network/ap/enable", (HttpRequest request, AccessPoint wifi, PublishedNode published, CancellationToken cancellationToken) => SwitchWifiAsync(request, wifi, published, on: true, cancellationToken)).Allow(Roles.Owner).Audits("opened this camera's own Wi-Fi")
            .WithSummary("Opens this node's own Wi-Fi.").TakesJson<Forced>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        machine.MapPost("/network/ap/disable", (HttpRequest request, AccessPoint wifi, PublishedNode published, CancellationToken cancellationToken) => SwitchWifiAsync(request, wifi, published, on: false, cancellationToken)).Allow(Roles.Owner).Audits("closed this camera's own Wi-Fi")
            .WithSummary("Closes this node's own Wi-Fi.").TakesJson<Forced>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        machine.MapGetAndHead("/network/peers", (StatusReader status) => new NetworkPeers(
            [
                .. status.RigView().View.Cameras.Where(c => c.CameraId != status.CameraId)
                    .Select(c => new NetworkPeer(c.CameraId.Value, c.CameraId.Position, c.Online, c.Report?.BaseUrl)),
            ])).Allow(Roles.Operator).WithSummary("The rig's other cameras.");
    }

    private static async Task<Acknowledgement> ShutDownAsync(HttpRequest request, INodeControl node, PublishedNode published, IMachinePower power, CancellationToken cancellationToken)
    {
        var force = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "force") ?? false;
        if (power.Refusal is { } refusal)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording)
        {
            if (!force)
            {
                throw new ApiException(StatusCodes.Status409Conflict, "This camera is recording. Stop first, or send {\"force\":true} to stop and switch off.");
            }

            // The take is sealed before anything else; a camera that cannot seal it is not switched off under it.
            if (await node.AskCameraAsync(new RecordingProtocol.StopTake(null), StopTimeout, cancellationToken) is RecordingProtocol.TakeRefused { Code: not ProblemCodes.NotRecording } refused)
            {
                throw RecordApi.Refusal(refused);
            }
        }

        After(power.PowerOff);
        return new Acknowledgement(true, "This box switches off.");
    }

    private static async Task<Acknowledgement> RebootAsync(HttpRequest request, PublishedNode published, IMachinePower power, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (power.Refusal is { } refusal)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "This camera is recording. Stop first.");
        }

        After(power.Reboot);
        return new Acknowledgement(true, "This box restarts.");
    }

    private static async Task<ModeChanged> ChangeModeAsync(HttpRequest request, NodeConfigFile file, PublishedNode published, CancellationToken cancellationToken)
    {
        var production = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "production_mode")
            ?? throw new ApiException(StatusCodes.Status400BadRequest, "The body lacks 'production_mode'.");
        if (published.IsRecording)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "The mode cannot be changed while recording. Stop first.");
        }

        file.Save(new Dictionary<string, string?> { [$"{NodeOptions.Section}:{nameof(NodeOptions.ProductionMode)}"] = production ? "true" : "false" });
        return new ModeChanged(true, production, true);
    }

    private static async Task<ClockRead> TriggerSyncAsync(HttpRequest request, INodeControl node, StatusReader status, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        var read = await node.AskCameraAsync(new SyncProtocol.ReadClockNow(), ClockTimeout, cancellationToken);
        return new ClockRead(true, status.Sync(read as SyncStatus));
    }

    private static LogLines ReadLog(HttpRequest request, LogTail log, StatusReader status)
    {
        var text = request.Query["lines"].ToString();
        var lines = 100;
        if (text.Length > 0 && (!int.TryParse(text, out lines) || lines is < 1 or > MaxLogLines))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"'lines' must be a whole number from 1 to {MaxLogLines}.");
        }

        return new LogLines(
            status.ProductionMode ? "Production mode writes no log files; these lines are from memory and end with the node." : null,
            [.. log.Read(LogEventLevel.Verbose, lines, follow: false).Recent.Select(Line)]);
    }

    private static string Line(LogEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {entry.Level} {entry.Source} {entry.Message}{(entry.Error is null ? "" : " | " + entry.Error)}");

    /// <summary>Switching the Wi-Fi cuts off whoever is in it, the rig's other cameras too; never in mid-match by a slip.</summary>
    private static async Task<WifiSwitched> SwitchWifiAsync(HttpRequest request, AccessPoint wifi, PublishedNode published, bool on, CancellationToken cancellationToken)
    {
        var force = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "force") ?? false;
        if (wifi.Refusal is { } refusal)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording && !force)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "This camera is recording. Stop first, or send {\"force\":true} to switch the Wi-Fi all the same.");
        }

        await (on ? wifi.EnableAsync(cancellationToken) : wifi.DisableAsync(cancellationToken));
        return new WifiSwitched(true, on, on ? "This camera's own Wi-Fi is on." : "This camera's own Wi-Fi is off.");
    }

    private static async Task<NetworkStatus> NetworkAsync(StatusReader status, AccessPoint wifi, CancellationToken cancellationToken)
    {
        var network = NetworkReader.Read();
        var state = await wifi.StateAsync(cancellationToken);
        return new NetworkStatus(
            network.Connected,
            state.ApMode,
            state.Ssid,
            network.Interface,
            network.Wireless,
            network.IpAddress,
            Environment.MachineName,
            status.RigView().View.Cameras.Count(c => c.Online && c.CameraId != status.CameraId),
            wifi.Ssid);
    }

    private static bool? Flag(JsonElement body, string name) => !body.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ApiException(StatusCodes.Status400BadRequest, $"'{name}' must be true or false."),
    };

    /// <summary>Acts once the answer is on its way.</summary>
    private static void After(Action act) => _ = Task.Delay(AnswerTime, CancellationToken.None).ContinueWith(_ => act(), TaskScheduler.Default);
}

/// <param name="Force">Also while this camera records.</param>
internal sealed record Forced(bool? Force);

/// <param name="ProductionMode">No log files.</param>
internal sealed record ModeWanted(bool ProductionMode);

internal sealed record ModeChanged(bool Success, bool ProductionMode, bool RestartRequired);

internal sealed record ClockRead(bool Success, ClockStatus Sync);

/// <param name="Message">What is to be known of these lines; null when nothing is.</param>
internal sealed record LogLines(string? Message, IReadOnlyList<string> Lines);

/// <param name="ApMode">This node's own Wi-Fi is open.</param>
internal sealed record WifiSwitched(bool Success, bool ApMode, string Message);

/// <param name="ApSsid">Of this node's own Wi-Fi.</param>
internal sealed record NetworkStatus(
    bool Connected, bool ApMode, string? Ssid, string? Interface, bool Wireless, string? IpAddress, string Hostname, int PeersCount, string ApSsid);

internal sealed record NetworkPeers(IReadOnlyList<NetworkPeer> Peers);

internal sealed record NetworkPeer(string CameraId, string CameraPosition, bool Online, string? BaseUrl);
