using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Rig.Actors.Recording;
using Rig.CameraNode.Control;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Hosting.Http;
using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.CameraNode.Api;

/// <summary>The takes on this node's disk: list, read, confirm as offloaded, delete.</summary>
internal static class RecordingsApi
{
    public static void MapRecordings(this IEndpointRouteBuilder api)
    {
        var recordings = api.MapGroup("/recordings");
        recordings.MapGet("", ListAsync);
        recordings.MapPost("/confirm", ConfirmAsync);
        recordings.MapPost("/cleanup", CleanUpAsync);
        recordings.MapGet("/{id}", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, entry => Results.Json(Of(entry)), ct));
        recordings.MapGet("/{id}/download", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, entry => Download(entry, shelf.Published), ct));
        recordings.MapGet("/{id}/manifest", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, entry => Results.Bytes(shelf.Published.ReadManifest(entry.Id), "application/json"), ct));
        recordings.MapGet("/{id}/truth", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, Truth, ct));
        recordings.MapDelete("/{id}", DeleteAsync);
    }

    /// <summary>The same files under the addresses that clients of earlier rigs know; only the last part of the path counts.</summary>
    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/download/{**path}", (string path, Shelf shelf, CancellationToken ct) => shelf.WithAsync(Stem(path, ".mp4"), entry => Download(entry, shelf.Published), ct));
        app.MapGet("/manifest/{**path}", (string path, Shelf shelf, CancellationToken ct) => shelf.WithAsync(Stem(path, ".json"), entry =>
            Results.Json(FlatManifest.Of(Manifest.Parse(shelf.Published.ReadManifest(entry.Id)), entry.ConfirmedAt)), ct));
    }

    private static IResult Download(RecordingEntry entry, RecordingCatalogue catalogue) => Results.File(
        catalogue.OpenVideo(entry.Id), "video/mp4", entry.FileName, entry.ModifiedAt, new EntityTagHeaderValue($"\"{entry.Sha256}\""), enableRangeProcessing: true);

    private static string Stem(string path, string extension)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.EndsWith(extension, StringComparison.Ordinal) ? name[..^extension.Length] : name;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, INodeControl node, RecordingCatalogue published, CancellationToken cancellationToken)
    {
        var takes = (await node.CatalogueAsync(published, cancellationToken)).Takes.AsEnumerable();
        if (request.Query["offloaded"].ToString() is { Length: > 0 } offloaded)
        {
            if (!bool.TryParse(offloaded, out var wanted))
            {
                return ApiError.Of(StatusCodes.Status400BadRequest, "'offloaded' must be true or false.");
            }

            takes = takes.Where(t => (t.ConfirmedAt is not null) == wanted);
        }

        if (RecordApi.SessionIdOf(request.Query["session_id"]) is { } session)
        {
            takes = takes.Where(t => t.Id.SessionId == session);
        }

        return Results.Json(new { Recordings = takes.Select(Of) });
    }

    internal static object Of(RecordingEntry take) => new
    {
        Id = take.Id.ToString(),
        Filename = take.FileName,
        Path = take.FilePath,
        take.SizeBytes,
        SizeMb = Math.Round(take.SizeBytes / 1e6, 2),
        Created = take.CreatedAt,
        Modified = take.ModifiedAt,
        SessionId = take.Id.SessionId.Value,
        CameraId = take.Id.CameraId.Value,
        take.Id.Take,
        take.DurationSec,
        Resolution = $"{take.Width}x{take.Height}",
        take.Fps,
        take.Codec,
        take.Frames,
        take.DroppedFrames,
        take.EndReason,
        take.SessionCameras,
        Offloaded = take.ConfirmedAt is not null,
        OffloadConfirmedAt = take.ConfirmedAt,
        Checksum = new { Algo = "sha256", Value = take.Sha256 },
    };

    /// <summary>A server says that it holds a take. Only the very checksum of the file here counts.</summary>
    private static async Task<IResult> ConfirmAsync(HttpRequest request, INodeControl node, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var (session, camera, file) = (body.Text("session_id"), body.Text("camera_id"), body.Text("file"));
        var checksum = body.TryGetProperty("checksum", out var element) && element.ValueKind == JsonValueKind.Object ? element : default;
        var (algo, value) = checksum.ValueKind == JsonValueKind.Object ? (checksum.Text("algo") ?? checksum.Text("algorithm"), checksum.Text("value")) : (null, null);

        var missing = new List<string>();
        void Need(string name, string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                missing.Add($"'{name}'");
            }
        }

        Need("session_id", session);
        Need("camera_id", camera);
        Need("file", file);
        Need("checksum.algo", algo);
        Need("checksum.value", value);
        if (missing.Count > 0)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"The body lacks {string.Join(", ", missing)}.");
        }

        if (!string.Equals(algo, "sha256", StringComparison.OrdinalIgnoreCase))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "'checksum.algo' must be sha256.");
        }

        var sessionId = RecordApi.SessionIdOf(session)!.Value;
        if (!CameraId.TryParse(camera, out var cameraId))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");
        }

        var stem = file!.EndsWith(".mp4", StringComparison.Ordinal) ? file[..^4] : file;
        if (!RecordingId.TryParse(stem, out var id) || id.SessionId != sessionId || id.CameraId != cameraId)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "'file' must be the recording's file name, such as GAME_20261121_140000_CAM_L.mp4, and belong to 'session_id' and 'camera_id'.");
        }

        var receipt = new JsonObject
        {
            ["recording_id"] = id.ToString(),
            ["confirmed_by"] = request.HttpContext.Connection.RemoteIpAddress?.ToString(),
            ["confirmed_at"] = time.GetUtcNow(),
            ["sha256"] = value!.ToLowerInvariant(),
        };

        return await node.AskStorageAsync(new ConfirmTake(id, value, receipt.ToJsonString()), cancellationToken) switch
        {
            TakeConfirmed confirmed => Results.Json(new { Success = true, Message = $"{id} is marked as offloaded.", confirmed.Deleted }),
            ChecksumDiffers differs => ApiError.Of(StatusCodes.Status400BadRequest, "Checksum mismatch", new JsonObject { ["expected"] = differs.Expected, ["actual"] = value.ToLowerInvariant() }),
            _ => ApiError.NotFound($"There is no recording {id} here."),
        };
    }

    /// <summary>Deletes everything that a server has confirmed.</summary>
    private static async Task<IResult> CleanUpAsync(HttpRequest request, INodeControl node, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        var deleted = (ConfirmedTakesDeleted)await node.AskStorageAsync(new DeleteConfirmedTakes(), cancellationToken);
        return Results.Json(new { Success = true, DeletedCount = deleted.Ids.Count, FreedMb = Math.Round(deleted.FreedBytes / 1e6, 2) });
    }

    private static async Task<IResult> DeleteAsync(string id, INodeControl node, CancellationToken cancellationToken) =>
        !RecordingId.TryParse(id, out var take) ? NotHere() : await node.AskStorageAsync(new DeleteTake(take), cancellationToken) switch
        {
            TakeDeleted => Results.Json(new { Success = true, Message = $"{take} is deleted." }),
            TakeKept => ApiError.Of(StatusCodes.Status400BadRequest, $"{take} is not offloaded yet: this is the only copy, so it is kept."),
            _ => NotHere(),
        };

    private static IResult Truth(RecordingEntry entry)
    {
        var path = Path.Combine(Path.GetDirectoryName(entry.FilePath)!, $"{entry.Id}.truth.jsonl");
        return File.Exists(path)
            ? Results.File(path, "application/jsonl")
            : ApiError.NotFound($"{entry.Id} has no truth: it was not recorded from a synthetic match.");
    }

    private static IResult NotHere() => ApiError.NotFound("There is no such recording here.");

    /// <summary>Where a request's take is looked for.</summary>
    internal sealed record Shelf(INodeControl Node, RecordingCatalogue Published)
    {
        public async Task<IResult> WithAsync(string id, Func<RecordingEntry, IResult> answer, CancellationToken cancellationToken)
        {
            if (!RecordingId.TryParse(id, out var recording) || (await Node.CatalogueAsync(Published, cancellationToken)).Find(recording) is not { } entry)
            {
                return NotHere();
            }

            try
            {
                return answer(entry);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException)
            {
                // Deleted between the look-up and the opening.
                return NotHere();
            }
        }
    }
}
