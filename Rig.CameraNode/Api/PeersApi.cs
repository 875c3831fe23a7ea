using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.CameraNode.Access;
using Rig.CameraNode.Peers;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>Who belongs to the rig: what the cluster knows, and addresses given by hand for cameras that it does not reach.</summary>
internal static class PeersApi
{
    public static void MapPeers(this IEndpointRouteBuilder api)
    {
        var peers = api.MapGroup("/coordinator/peers").WithTags("Rig");
        peers.MapGetAndHead("", ListAsync).Allow(Roles.Operator).WithSummary("The rig's cameras with what each said of itself just now.");
        peers.MapPost("", AddAsync).Allow(Roles.Owner).WithSummary("Adds the address of a camera that the cluster does not reach.").TakesJson<PeerWanted>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        peers.MapDelete("/{id}", Remove).Allow(Roles.Owner).Audits("forgot the address of {id}").WithSummary("Forgets an added address.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<PeerStatusList> ListAsync(
        PeerList peers, PeerCalls calls, StatusReader status, IOptions<NodeOptions> node, TimeProvider time, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var known = peers.List();
        var answers = await Task.WhenAll(known.Select(peer => peer.IsLocal
            ? Task.FromResult(status.Node() is { } here
                ? new PeerAnswer(true, (JsonObject)JsonSerializer.SerializeToNode(here, json.Value.SerializerOptions)!, null)
                : new PeerAnswer(false, null, "The camera is starting."))
            : calls.StatusAsync(peer, cancellationToken)));
        return new PeerStatusList([.. known.Zip(answers, (peer, answer) => Of(peer, answer, node.Value, time.GetUtcNow()))]);
    }

    private static PeerStatus Of(Peer peer, PeerAnswer answer, NodeOptions node, DateTimeOffset now)
    {
        var url = peer.BaseUrl is { } text && Uri.TryCreate(text, UriKind.Absolute, out var parsed) ? parsed : null;
        var recording = answer.Body?["recording"] is JsonObject r && r["is_recording"] is JsonValue value && value.TryGetValue<bool>(out var runs) && runs;
        return new PeerStatus(
            peer.CameraId.Value,
            peer.CameraId.Position,
            url?.Host.Trim('[', ']'),
            url?.Port,
            peer.BaseUrl,
            answer.Body is not null ? recording ? "recording" : "online"
                : peer.View is { } view && StatusReader.StateOf(view) is var state and not "offline" and not "unknown" ? state
                : url is null ? "unknown" : "offline",
            peer.IsLocal,
            peer.View?.Report?.Clock.IsMaster ?? (peer.IsLocal ? node.Master : peer.CameraId == CameraId.Center),
            peer.Added is not null,
            peer.IsHeard || peer.IsLocal,
            answer.Body is not null ? now
                : peer.View is { Report: not null, ReportAgeMs: { } age } ? now.AddMilliseconds(-age) : null,
            answer.Error,
            answer.Body);
    }

    private static async Task<PeerAdded> AddAsync(HttpRequest request, PeerList peers, StatusReader status, AuditLog audit, ILogger<PeerList> log, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        if (!CameraId.TryParse(body.Text("camera_id"), out var camera))
        {
            throw Wrong("'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_R.");
        }

        if (camera == status.CameraId)
        {
            throw Wrong($"{camera} is this camera itself.");
        }

        if (!peers.Knows(camera))
        {
            throw Wrong($"{camera} is no camera of this rig. Name it in Rig:Node:ExpectedCameras first.");
        }

        if (!PeerAddress.TryParseIp(body.Text("ip"), out var ip))
        {
            throw Wrong("'ip' must be an IP address, such as 192.168.1.103.");
        }

        if (PeerAddress.Objection(ip, peers.IsOneMachine) is { } objection)
        {
            throw Wrong($"'ip' {objection}.");
        }

        var port = PeerAddress.DefaultPort;
        if (body.TryGetProperty("port", out var wanted) && wanted.ValueKind != JsonValueKind.Null
            && !(wanted.ValueKind == JsonValueKind.Number && wanted.TryGetInt32(out port) && port is >= 1 and <= 65535))
        {
            throw Wrong("'port' must be a whole number from 1 to 65535.");
        }

        var address = new PeerAddress(ip, port);
        var added = Kept(log, () => peers.Add(camera, address)
            ? new PeerAdded(true, $"{camera} is asked at {address}.", new AddedPeer(camera.Value, ip.ToString(), port))
            : throw new ApiException(StatusCodes.Status409Conflict, $"{PeerOptions.MaxAdded} addresses are kept already. Remove one first."));
        audit.Write(request.HttpContext.User, $"added an address of {camera}", after: address.ToString());
        return added;
    }

    private static Acknowledgement Remove(string id, PeerList peers, ILogger<PeerList> log)
    {
        if (!CameraId.TryParse(id, out var camera))
        {
            throw Wrong("A camera id is CAM_ and 1 to 8 capital letters or digits, such as CAM_R.");
        }

        if (!peers.IsAdded(camera))
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"No address of {camera} was added. Cameras that the cluster knows come and go by themselves.");
        }

        return Kept(log, () => peers.Remove(camera)
            ? new Acknowledgement(true, $"{camera}'s address is forgotten.")
            : throw new ApiException(StatusCodes.Status409Conflict, $"{camera}'s address is set by the environment or the command line. Change it there."));
    }

    private static T Kept<T>(ILogger log, Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogError(e, "The address could not be kept");
            throw new ApiException(StatusCodes.Status500InternalServerError, "The address could not be kept: the settings file cannot be written. Nothing was changed.");
        }
    }

    private static ApiException Wrong(string error) => new(StatusCodes.Status400BadRequest, error);
}

/// <param name="Ip">An address of the rig's own network.</param>
/// <param name="Port">8080 where it is absent.</param>
internal sealed record PeerWanted(string CameraId, string Ip, int? Port);

internal sealed record PeerAdded(bool Success, string Message, AddedPeer Peer);

internal sealed record AddedPeer(string CameraId, string Ip, int Port);

internal sealed record PeerStatusList(IReadOnlyList<PeerStatus> Peers);

/// <param name="Status">unknown (no address known), online, offline, recording, starting, stopping or error.</param>
/// <param name="Added">Its address was given by hand.</param>
/// <param name="Error">Why it did not say how it is.</param>
/// <param name="Details">Its own <c>/status</c>, of whatever version it runs; null where it gave none.</param>
internal sealed record PeerStatus(
    string CameraId,
    string Position,
    string? Ip,
    int? Port,
    string? BaseUrl,
    string Status,
    bool IsLocal,
    bool IsMaster,
    bool Added,
    bool InCluster,
    DateTimeOffset? LastSeen,
    string? Error,
    JsonObject? Details);
