using System.Globalization;
using System.Text.Json;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Control;
using Rig.CameraNode.Network;
using Rig.CameraNode.Power;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Serilog.Events;

namespace Rig.CameraNode.Api;

/// <summary>The machine under the camera: power, log, mode, network, clock.</summary>
internal static class MachineApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockPatience = TimeSpan.FromSeconds(5);
    private const int MaxLogLines = LogTail.Capacity;

    public static void MapMachine(this IEndpointRouteBuilder api)
    {
        api.MapPost("/shutdown", ShutDownAsync);
        api.MapPost("/reboot", RebootAsync);
        api.MapPost("/mode", ChangeModeAsync);
        api.MapPost("/sync/trigger", TriggerSyncAsync);
        api.MapGet("/logs", ReadLog);
        api.MapGet("/network/status", NetworkAsync);
        api.MapPost("/network/ap/enable", (HttpRequest request, AccessPoint wifi, PublishedNode published, CancellationToken cancellationToken) => SwitchWifiAsync(request, wifi, published, on: true, cancellationToken));
        api.MapPost("/network/ap/disable", (HttpRequest request, AccessPoint wifi, PublishedNode published, CancellationToken cancellationToken) => SwitchWifiAsync(request, wifi, published, on: false, cancellationToken));
        api.MapGet("/network/peers", (StatusReader status) => new
        {
            Peers = status.RigView().View.Cameras.Where(c => c.CameraId != status.CameraId).Select(c => new
            {
                CameraId = c.CameraId.Value,
                CameraPosition = c.CameraId.Position,
                c.Online,
                c.Report?.BaseUrl,
            }),
        });
    }

    private static async Task<IResult> ShutDownAsync(HttpRequest request, INodeControl node, PublishedNode published, IMachinePower power, CancellationToken cancellationToken)
    {
        var force = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "force") ?? false;
        if (power.Refusal is { } refusal)
        {
            return ApiError.Of(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording)
        {
            if (!force)
            {
                return ApiError.Of(StatusCodes.Status409Conflict, "This camera is recording. Stop first, or send {\"force\":true} to stop and switch off.");
            }

            // The take is sealed before anything else; a camera that cannot seal it is not switched off under it.
            if (await node.AskCameraAsync(new RecordingProtocol.StopTake(null), StopPatience, cancellationToken) is RecordingProtocol.TakeRefused { Code: not ProblemCodes.NotRecording } refused)
            {
                return RecordApi.Refusal(refused);
            }
        }

        After(power.PowerOff);
        return Results.Json(new { Success = true, Message = "This box switches off." });
    }

    private static async Task<IResult> RebootAsync(HttpRequest request, PublishedNode published, IMachinePower power, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (power.Refusal is { } refusal)
        {
            return ApiError.Of(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "This camera is recording. Stop first.");
        }

        After(power.Reboot);
        return Results.Json(new { Success = true, Message = "This box starts anew." });
    }

    private static async Task<IResult> ChangeModeAsync(HttpRequest request, NodeConfigFile file, PublishedNode published, CancellationToken cancellationToken)
    {
        var production = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "production_mode")
            ?? throw new ApiException(StatusCodes.Status400BadRequest, "The body lacks 'production_mode'.");
        if (published.IsRecording)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "The mode cannot be changed while recording. Stop first.");
        }

        file.Save(new Dictionary<string, string?> { [$"{NodeOptions.Section}:{nameof(NodeOptions.ProductionMode)}"] = production ? "true" : "false" });
        return Results.Json(new { Success = true, ProductionMode = production, RestartRequired = true });
    }

    private static async Task<IResult> TriggerSyncAsync(HttpRequest request, INodeControl node, StatusReader status, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        var read = await node.AskCameraAsync(new SyncProtocol.ReadClockNow(), ClockPatience, cancellationToken);
        return Results.Json(new { Success = true, Sync = status.Sync(read as SyncStatus) });
    }

    private static IResult ReadLog(HttpRequest request, LogTail log, StatusReader status)
    {
        var text = request.Query["lines"].ToString();
        var lines = 100;
        if (text.Length > 0 && (!int.TryParse(text, out lines) || lines is < 1 or > MaxLogLines))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"'lines' must be a whole number from 1 to {MaxLogLines}.");
        }

        return Results.Json(new
        {
            Message = status.ProductionMode ? "Production mode writes no log files; these lines are from memory and end with the node." : null,
            Lines = log.Read(LogEventLevel.Verbose, lines, follow: false).Recent.Select(Line),
        });
    }

    private static string Line(LogEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {entry.Level} {entry.Source} {entry.Message}{(entry.Error is null ? "" : " | " + entry.Error)}");

    /// <summary>Switching the Wi-Fi cuts off whoever is in it, the rig's other cameras too; never in mid-match by a slip.</summary>
    private static async Task<IResult> SwitchWifiAsync(HttpRequest request, AccessPoint wifi, PublishedNode published, bool on, CancellationToken cancellationToken)
    {
        var force = Flag(await RequestBody.ReadObjectAsync(request, cancellationToken), "force") ?? false;
        if (wifi.Refusal is { } refusal)
        {
            return ApiError.Of(StatusCodes.Status403Forbidden, refusal);
        }

        if (published.IsRecording && !force)
        {
            return ApiError.Of(StatusCodes.Status409Conflict, "This camera is recording. Stop first, or send {\"force\":true} to switch the Wi-Fi all the same.");
        }

        await (on ? wifi.EnableAsync(cancellationToken) : wifi.DisableAsync(cancellationToken));
        return Results.Json(new { Success = true, ApMode = on, Message = on ? "This camera's own Wi-Fi is on." : "This camera's own Wi-Fi is off." });
    }

    private static async Task<IResult> NetworkAsync(StatusReader status, AccessPoint wifi, CancellationToken cancellationToken)
    {
        var network = NetworkReader.Read();
        var state = await wifi.StateAsync(cancellationToken);
        return Results.Json(new
        {
            network.Connected,
            state.ApMode,
            state.Ssid,
            network.Interface,
            network.Wireless,
            network.IpAddress,
            Hostname = Environment.MachineName,
            PeersCount = status.RigView().View.Cameras.Count(c => c.Online && c.CameraId != status.CameraId),
            ApSsid = wifi.Ssid,
        });
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
