using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>The routes of a camera node that offloading needs, over its real catalogue.</summary>
internal static class NodeRoutes
{
    private const string Recordings = "/api/v1/recordings";

    /// <param name="reply">Not called when the node ended over it.</param>
    public static void Answer(OffloadCamera camera, NodeRequest request, Action<NodeReply> reply)
    {
        try
        {
            if (request.Path == Recordings + "/confirm")
            {
                Confirm(camera, JsonNode.Parse(request.Body!)!, reply);
            }
            else
            {
                reply(Read(camera, request));
            }
        }
        catch (ProcessGoneException)
        {
            // Nobody is left to answer.
        }
        catch (IOException)
        {
            reply(Json(HttpStatusCode.InternalServerError, new JsonObject { ["success"] = false }));
        }
    }

    private static NodeReply Read(OffloadCamera camera, NodeRequest request)
    {
        if (request.Path == Recordings)
        {
            return List(camera.Catalogue!);
        }

        var parts = request.Path[(Recordings.Length + 1)..].Split('/');
        if (!TakeId.TryParse(parts[0], out var id) || camera.Catalogue!.Find(id) is not { } entry)
        {
            return Json(HttpStatusCode.NotFound, new JsonObject { ["success"] = false });
        }

        if (parts[1] == "manifest")
        {
            return new NodeReply(HttpStatusCode.OK, camera.Catalogue.ReadManifest(id));
        }

        var (from, to) = (request.Range!.From!.Value, request.Range.To!.Value);
        return new NodeReply(
            HttpStatusCode.PartialContent,
            camera.Machine.Disk.Read(entry.FilePath)[(int)from..((int)to + 1)],
            new ContentRangeHeaderValue(from, to, entry.SizeBytes));
    }

    private static NodeReply List(RecordingCatalogue catalogue) => Json(HttpStatusCode.OK, new JsonObject
    {
        ["recordings"] = new JsonArray([.. catalogue.List().Where(take => take.ConfirmedAt is null).Select(take => new JsonObject
        {
            ["id"] = take.Id.ToString(),
            ["size_bytes"] = take.SizeBytes,
            ["checksum"] = take.Sha256,
        })]),
    });

    private static void Confirm(OffloadCamera camera, JsonNode body, Action<NodeReply> reply)
    {
        void Say(bool confirmed) => reply(Json(confirmed ? HttpStatusCode.OK : HttpStatusCode.NotFound, new JsonObject { ["success"] = confirmed }));
        if (TakeId.TryParse(Path.GetFileNameWithoutExtension((string)body["file"]!), out var id))
        {
            camera.Confirm(id, (string)body["checksum"]!["value"]!, "ingest", Say);
        }
        else
        {
            Say(false);
        }
    }

    private static NodeReply Json(HttpStatusCode status, JsonObject body) => new(status, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()));
}
