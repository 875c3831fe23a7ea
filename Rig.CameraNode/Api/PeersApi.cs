using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.CameraNode.Peers;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Who belongs to the rig: what the cluster knows, and addresses given by hand for cameras that it does not reach.</summary>
internal static class PeersApi
{
    public static void MapPeers(this IEndpointRouteBuilder api)
    {
        var peers = api.MapGroup("/coordinator/peers");
        peers.MapGet("", ListAsync);
        peers.MapPost("", AddAsync);
        peers.MapDelete("/{id}", Remove);
    }

    private static async Task<IResult> ListAsync(
        PeerList peers, PeerCalls calls, StatusReader status, IOptions<NodeOptions> node, TimeProvider time, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var known = peers.List();
        var answers = await Task.WhenAll(known.Select(peer => peer.IsLocal
            ? Task.FromResult(status.Node() is { } here
                ? new PeerAnswer(true, (JsonObject)JsonSerializer.SerializeToNode(here, json.Value.SerializerOptions)!, null)
                : new PeerAnswer(false, null, "The camera is starting."))
            : calls.StatusAsync(peer, cancellationToken)));
        return Results.Json(new { Peers = known.Zip(answers, (peer, answer) => Of(peer, answer, node.Value, time.GetUtcNow())) });
    }

    private static object Of(Peer peer, PeerAnswer answer, NodeOptions node, DateTimeOffset now)
    {
        var url = peer.BaseUrl is { } text && Uri.TryCreate(text, UriKind.Absolute, out var parsed) ? parsed : null;
        var recording = answer.Body?["recording"] is JsonObject r && r["is_recording"] is JsonValue value && value.TryGetValue<bool>(out var runs) && runs;
        return new
        {
            CameraId = peer.CameraId.Value,
            peer.CameraId.Position,
            Ip = url?.Host.Trim('[', ']'),
            url?.Port,
            peer.BaseUrl,
            Status = answer.Body is not null ? recording ? "recording" : "online"
                : peer.View is { } view && StatusReader.StateOf(view) is var state and not "offline" and not "unknown" ? state
                : url is null ? "unknown" : "offline",
            peer.IsLocal,
            IsMaster = peer.View?.Report?.Clock.IsMaster ?? (peer.IsLocal ? node.Master : peer.CameraId == CameraId.Center),
            Added = peer.Added is not null,
            InCluster = peer.IsHeard || peer.IsLocal,
            LastSeen = answer.Body is not null ? now
                : peer.View is { Report: not null, ReportAgeMs: { } age } ? now.AddMilliseconds(-age) : (DateTimeOffset?)null,
            answer.Error,
            Details = answer.Body,
        };
    }

    private static async Task<IResult> AddAsync(HttpRequest request, PeerList peers, StatusReader status, ILogger<PeerList> log, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (!CameraId.TryParse(body.Text("camera_id"), out var camera))
        {
            return Wrong("'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_R.");
        }

        if (camera == status.CameraId)
        {
            return Wrong($"{camera} is this camera itself.");
        }

        if (!peers.Knows(camera))
        {
            return Wrong($"{camera} is no camera of this rig. Name it in Rig:Node:ExpectedCameras first.");
        }

        if (!PeerAddress.TryParseIp(body.Text("ip"), out var ip))
        {
            return Wrong("'ip' must be an IP address, such as 192.168.1.103.");
        }

        if (PeerAddress.Objection(ip, peers.IsOneMachine) is { } objection)
        {
            return Wrong($"'ip' {objection}.");
        }

        var port = PeerAddress.DefaultPort;
        if (body.TryGetProperty("port", out var wanted) && wanted.ValueKind != JsonValueKind.Null
            && !(wanted.ValueKind == JsonValueKind.Number && wanted.TryGetInt32(out port) && port is >= 1 and <= 65535))
        {
            return Wrong("'port' must be a whole number from 1 to 65535.");
        }

        var address = new PeerAddress(ip, port);
        return Kept(log, () => peers.Add(camera, address)
            ? Results.Json(new { Success = true, Message = $"{camera} is asked at {address}.", Peer = new { CameraId = camera.Value, Ip = ip.ToString(), Port = port } })
            : ApiError.Of(StatusCodes.Status409Conflict, $"{PeerOptions.MaxAdded} addresses are kept already. Remove one first."));
    }

    private static IResult Remove(string id, PeerList peers, ILogger<PeerList> log)
    {
        if (!CameraId.TryParse(id, out var camera))
        {
            return Wrong("A camera id is CAM_ and 1 to 8 capital letters or digits, such as CAM_R.");
        }

        if (!peers.IsAdded(camera))
        {
            return ApiError.NotFound($"No address of {camera} was added. Cameras that the cluster knows come and go by themselves.");
        }

        return Kept(log, () => peers.Remove(camera)
            ? Results.Json(new { Success = true, Message = $"{camera}'s address is forgotten." })
            : ApiError.Of(StatusCodes.Status409Conflict, $"{camera}'s address is set by the environment or the command line. Change it there."));
    }

    private static IResult Kept(ILogger log, Func<IResult> change)
    {
        try
        {
            return change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogError(e, "The address could not be kept");
            return ApiError.Of(StatusCodes.Status500InternalServerError, "The address could not be kept: the settings file cannot be written. Nothing was changed.");
        }
    }

    private static IResult Wrong(string error) => ApiError.Of(StatusCodes.Status400BadRequest, error);
}
