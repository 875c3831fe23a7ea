using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>What a sender says of a take before its bytes are known.</summary>
/// <param name="Take">Null leaves it to the manifest, else 1.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Manifest">Either form of JSON; null has one made from the video.</param>
internal sealed record TakeClaim(SessionId SessionId, CameraId CameraId, int? Take, string Sha256, byte[]? Manifest);

/// <summary>The last step of every way in: a whole file becomes a take the server answers for, or is refused.</summary>
internal sealed class TakeIntake(TakeStore store, TimeProvider time)
{
    /// <param name="file">Finished; gone from its temporary place when this returns.</param>
    /// <returns>The durable receipt.</returns>
    /// <exception cref="ApiException">The bytes are not those of the claim, do not begin as MP4, or other bytes are held; the file stays unless it was kept apart.</exception>
    public async Task<Receipt> AcceptAsync(IncomingFile file, TakeClaim claim, CancellationToken cancellationToken)
    {
        if (file.Sha256 != claim.Sha256)
        {
            throw ChecksumMismatch.Of(claim.Sha256, file.Sha256);
        }

        var problem = await file.SealAsync();
        var facts = new TakeFacts(claim.SessionId, claim.CameraId, claim.Take, file.Length, file.Sha256);
        var manifest = claim.Manifest is { } json
            ? ManifestReader.Read(json, facts)
            : await VideoProbe.DescribeAsync(file.Path, facts, time.GetUtcNow(), cancellationToken);
        var id = new RecordingId(claim.SessionId, claim.CameraId, manifest.Recording.Take);
        var result = await store.CommitAsync(new ArrivedTake(id, file.Path, file.Length, file.Sha256, manifest, "upload", problem), cancellationToken);
        return result.Outcome == CommitOutcome.Conflict
            ? throw new ApiException(
                409,
                $"The server already holds other bytes as {id}. These were kept apart and reported; the ones held stay. If both are real, send this one as the next take.",
                new JsonObject { ["expected"] = result.Receipt.Sha256, ["calculated"] = file.Sha256 })
            : result.Receipt;
    }
}
