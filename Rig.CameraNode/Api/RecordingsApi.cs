using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.CameraNode.Control;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;
using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.CameraNode.Api;

/// <summary>The takes on this node's disk: list, read, confirm as offloaded, delete.</summary>
internal static class RecordingsApi
{
    public static void MapRecordings(this IEndpointRouteBuilder api)
    {
        var recordings = api.MapGroup("/recordings").WithTags("Recordings");
        recordings.MapGetAndHead("", ListAsync).Allow(Roles.Operator, Roles.Node, Roles.Server).WithSummary("Sealed takes on this node, newest first; ?offloaded= and ?session_id= choose among them.").ProducesProblem(StatusCodes.Status400BadRequest);
        recordings.MapPost("/confirm", ConfirmAsync).Allow(Roles.Server, Roles.Owner).WithSummary("A server says that it holds a take.").TakesJson<ConfirmRecording>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        recordings.MapPost("/cleanup", CleanUpAsync).Allow(Roles.Owner).Audits("deleted every confirmed recording").WithSummary("Deletes every take that a server has confirmed.");
        recordings.MapGetAndHead("/{id}", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, Of, ct)).Allow(Roles.Operator, Roles.Node, Roles.Server).WithSummary("One take.").ProducesProblem(StatusCodes.Status404NotFound);
        recordings.MapGetAndHead("/{id}/download", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, entry => Download(entry, shelf.Published), ct)).Allow(Roles.Owner, Roles.Server)
            .WithSummary("The video, by ranges; its ETag is the SHA-256.").Produces<Stream>(contentType: "video/mp4").ProducesProblem(StatusCodes.Status404NotFound);
        recordings.MapGetAndHead("/{id}/manifest", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, entry => TypedResults.Bytes(shelf.Published.ReadManifest(entry.Id), "application/json"), ct)).Allow(Roles.Operator, Roles.Server)
            .WithSummary("The manifest as it lies on the disk.").Produces<Manifest>().ProducesProblem(StatusCodes.Status404NotFound);
        recordings.MapGetAndHead("/{id}/truth", (string id, Shelf shelf, CancellationToken ct) => shelf.WithAsync(id, Truth, ct)).Allow(Roles.Owner, Roles.Server)
            .WithSummary("What a drawn match really contained, JSON lines.").Produces<Stream>(contentType: "application/jsonl").ProducesProblem(StatusCodes.Status404NotFound);
        recordings.MapDelete("/{id}", DeleteAsync).Allow(Roles.Owner).Audits("deleted {id}").WithSummary("Deletes a take that a server has confirmed.").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The same files under the addresses that clients of earlier rigs know; only the last part of the path counts.</summary>
    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("").WithTags("Recordings");
        files.MapGetAndHead("/download/{**path}", (string path, Shelf shelf, CancellationToken ct) => shelf.WithAsync(Stem(path, ".mp4"), entry => Download(entry, shelf.Published), ct)).Allow(Roles.Owner, Roles.Server)
            .WithSummary("The video by its file name.").Produces<Stream>(contentType: "video/mp4").ProducesProblem(StatusCodes.Status404NotFound);
        files.MapGetAndHead("/manifest/{**path}", (string path, Shelf shelf, CancellationToken ct) => shelf.WithAsync(Stem(path, ".json"), entry =>
            FlatManifest.Of(Manifest.Parse(shelf.Published.ReadManifest(entry.Id)), entry.ConfirmedAt), ct)).Allow(Roles.Operator, Roles.Server)
            .WithSummary("The manifest in the flat form of earlier rigs.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static FileStreamHttpResult Download(RecordingEntry entry, RecordingCatalogue catalogue) => TypedResults.File(
        catalogue.OpenVideo(entry.Id), "video/mp4", entry.FileName, entry.ModifiedAt, new EntityTagHeaderValue($"\"{entry.Sha256}\""), enableRangeProcessing: true);

    private static string Stem(string path, string extension)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.EndsWith(extension, StringComparison.Ordinal) ? name[..^extension.Length] : name;
    }

    private static async Task<RecordingList> ListAsync(HttpRequest request, INodeControl node, RecordingCatalogue published, CancellationToken cancellationToken)
    {
        var takes = (await node.CatalogueAsync(published, cancellationToken)).Takes.AsEnumerable();
        if (request.Query["offloaded"].ToString() is { Length: > 0 } offloaded)
        {
            if (!bool.TryParse(offloaded, out var wanted))
            {
                throw new ApiException(StatusCodes.Status400BadRequest, "'offloaded' must be true or false.");
            }

            takes = takes.Where(t => (t.ConfirmedAt is not null) == wanted);
        }

        if (RecordApi.SessionIdOf(request.Query["session_id"]) is { } session)
        {
            takes = takes.Where(t => t.Id.SessionId == session);
        }

        return new RecordingList([.. takes.Select(Of)]);
    }

    internal static RecordingView Of(RecordingEntry take) => new(
        take.Id.ToString(),
        take.FileName,
        take.FilePath,
        take.SizeBytes,
        Math.Round(take.SizeBytes / 1e6, 2),
        take.CreatedAt,
        take.ModifiedAt,
        take.Id.SessionId.Value,
        take.Id.CameraId.Value,
        take.Id.Take,
        take.DurationSec,
        $"{take.Width}x{take.Height}",
        take.Fps,
        take.Codec,
        take.Frames,
        take.DroppedFrames,
        take.EndReason,
        take.SessionCameras,
        take.ConfirmedAt is not null,
        take.ConfirmedAt,
        VideoChecksum.Sha256(take.Sha256));

    /// <summary>
    /// A server says that it holds a take, after which the node may delete it. Only the very checksum of the file here counts, and only
    /// from callers that <see cref="ConfirmRight"/> allows.
    /// </summary>
    private static async Task<RecordingConfirmed> ConfirmAsync(HttpRequest request, INodeControl node, Shelf shelf, RigTrust trust, TimeProvider time, AuditLog audit, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var caller = request.HttpContext.User;
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
            throw new ApiException(StatusCodes.Status400BadRequest, $"The body lacks {string.Join(", ", missing)}.");
        }

        if (!string.Equals(algo, "sha256", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "'checksum.algo' must be sha256.");
        }

        var sessionId = RecordApi.SessionIdOf(session)!.Value;
        if (!CameraId.TryParse(camera, out var cameraId))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");
        }

        var stem = file!.EndsWith(".mp4", StringComparison.Ordinal) ? file[..^4] : file;
        if (!TakeId.TryParse(stem, out var id) || id.SessionId != sessionId || id.CameraId != cameraId)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "'file' must be the recording's file name, such as GAME_20261121_140000_CAM_L.mp4, and belong to 'session_id' and 'camera_id'.");
        }

        var signed = await ConfirmRight.CheckAsync(request, body, id, shelf, trust, cancellationToken);
        var receipt = new JsonObject
        {
            ["recording_id"] = id.ToString(),
            ["confirmed_by"] = signed?.Server ?? request.HttpContext.Connection.RemoteIpAddress?.ToString(),
            ["confirmed_as"] = caller.Identity?.Name,
            ["confirmed_at"] = time.GetUtcNow(),
            ["sha256"] = value!.ToLowerInvariant(),
        };
        if (signed is not null)
        {
            receipt[SignedReceipt.Member] = signed.ToJson();
        }

        switch (await node.AskStorageAsync(new ConfirmTake(id, value, receipt.ToJsonString()), cancellationToken))
        {
            case TakeConfirmed confirmed:
                audit.Write(caller, $"confirmed that {id} is on the home server");
                return new RecordingConfirmed(true, $"{id} is marked as offloaded.", confirmed.Deleted);
            case ChecksumDiffers differs:
                throw new ApiException(StatusCodes.Status400BadRequest, "Checksum mismatch", new JsonObject { ["expected"] = differs.Expected, ["actual"] = value.ToLowerInvariant() });
            default:
                throw new ApiException(StatusCodes.Status404NotFound, $"There is no recording {id} here.");
        }
    }

    /// <summary>Deletes everything that a server has confirmed.</summary>
    private static async Task<RecordingsCleanedUp> CleanUpAsync(HttpRequest request, INodeControl node, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(request, cancellationToken);
        var deleted = (ConfirmedTakesDeleted)await node.AskStorageAsync(new DeleteConfirmedTakes(), cancellationToken);
        return new RecordingsCleanedUp(true, deleted.Ids.Count, Math.Round(deleted.FreedBytes / 1e6, 2));
    }

    private static async Task<Acknowledgement> DeleteAsync(string id, INodeControl node, CancellationToken cancellationToken) =>
        !TakeId.TryParse(id, out var take) ? throw NotHere() : await node.AskStorageAsync(new DeleteTake(take), cancellationToken) switch
        {
            TakeDeleted => new Acknowledgement(true, $"{take} is deleted."),
            TakeKept => throw new ApiException(StatusCodes.Status400BadRequest, $"{take} is not offloaded yet: this is the only copy, so it is kept."),
            _ => throw NotHere(),
        };

    private static PhysicalFileHttpResult Truth(RecordingEntry entry)
    {
        var path = Path.Combine(Path.GetDirectoryName(entry.FilePath)!, $"{entry.Id}.truth.jsonl");
        return File.Exists(path)
            ? TypedResults.PhysicalFile(path, "application/jsonl")
            : throw new ApiException(StatusCodes.Status404NotFound, $"{entry.Id} has no truth: it was not recorded from a synthetic match.");
    }

    private static ApiException NotHere() => new(StatusCodes.Status404NotFound, "There is no such recording here.");

    /// <summary>Where a request's take is looked for.</summary>
    internal sealed record Shelf(INodeControl Node, RecordingCatalogue Published)
    {
        public async Task<T> WithAsync<T>(string id, Func<RecordingEntry, T> answer, CancellationToken cancellationToken)
        {
            if (!TakeId.TryParse(id, out var recording) || (await Node.CatalogueAsync(Published, cancellationToken)).Find(recording) is not { } entry)
            {
                throw NotHere();
            }

            try
            {
                return answer(entry);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException)
            {
                // Deleted between the look-up and the opening.
                throw NotHere();
            }
        }
    }
}

internal sealed record RecordingList(IReadOnlyList<RecordingView> Recordings);

/// <summary>A sealed take.</summary>
/// <param name="Offloaded">A server has confirmed that it holds these very bytes.</param>
internal sealed record RecordingView(
    string Id,
    string Filename,
    string Path,
    long SizeBytes,
    double SizeMb,
    DateTimeOffset Created,
    DateTimeOffset Modified,
    string SessionId,
    string CameraId,
    int Take,
    double DurationSec,
    string Resolution,
    int Fps,
    string Codec,
    long? Frames,
    long DroppedFrames,
    string? EndReason,
    IReadOnlyList<string> SessionCameras,
    bool Offloaded,
    DateTimeOffset? OffloadConfirmedAt,
    VideoChecksum Checksum);

/// <param name="File">The recording's file name.</param>
/// <param name="Receipt">The server's signed word; needed on the machine port.</param>
/// <param name="Phrase">Of an owner who confirms by hand: <c>I hold a copy of</c> and the recording's id.</param>
internal sealed record ConfirmRecording(string SessionId, string CameraId, string File, VideoChecksum Checksum, SignedReceipt? Receipt = null, string? Phrase = null);

/// <param name="Deleted">It was deleted at once, as the settings say.</param>
internal sealed record RecordingConfirmed(bool Success, string Message, bool Deleted);

internal sealed record RecordingsCleanedUp(bool Success, int DeletedCount, double FreedMb);
