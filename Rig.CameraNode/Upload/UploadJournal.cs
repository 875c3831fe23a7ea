using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Rig.Actors.Transfer;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Upload;

/// <summary>
/// The queue as <c>offload-queue.json</c> in the manifests' folder. It holds wishes, not facts: what is offloaded is said by the
/// receipts, so a lost or broken queue loses no recording, only the memory of what was asked for.
/// </summary>
internal sealed class UploadJournal(IOptions<StorageOptions> options, IRecordingFiles files, ILogger<UploadJournal> logger) : IUploadJournal
{
    private const int MaxBytes = 4 << 20;

    private string FilePath => Path.Combine(options.Value.ManifestsPath, "offload-queue.json");

    public UploadQueue Load()
    {
        try
        {
            if (!File.Exists(FilePath))
            {
                return UploadQueue.Empty;
            }

            var kept = new FileInfo(FilePath).Length <= MaxBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), UploadJournalJson.Default.KeptQueue)
                : throw new JsonException($"it is larger than {MaxBytes} bytes");
            return new UploadQueue([.. (kept?.Jobs ?? []).Select(FromKept).OfType<UploadJob>()], kept?.Paused ?? false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogWarning(e, "The upload queue {File} cannot be read; it begins empty. No recording is affected", FilePath);
            return UploadQueue.Empty;
        }
    }

    public void Save(UploadQueue queue)
    {
        files.CreateDirectory(options.Value.ManifestsPath);
        var kept = new KeptQueue(queue.Paused, [.. queue.Jobs.Select(j => new KeptJob(
            j.JobId, j.TakeId.ToString(), j.SizeBytes, j.Status, j.Attempts, j.Error, j.MayRetry, j.NotBefore, j.CreatedAt, j.StartedAt, j.CompletedAt))]);
        files.WriteAtomic(FilePath, JsonSerializer.SerializeToUtf8Bytes(kept, UploadJournalJson.Default.KeptQueue));
    }

    private static UploadJob? FromKept(KeptJob j) => TakeId.TryParse(j.RecordingId, out var id)
        ? new UploadJob(j.JobId, id, j.SizeBytes, j.Status, j.Attempts, j.Error, j.MayRetry, j.NotBefore, j.CreatedAt, j.StartedAt, j.CompletedAt)
        : null;

    internal sealed record KeptQueue(bool Paused, ImmutableList<KeptJob> Jobs);

    internal sealed record KeptJob(
        string JobId,
        string RecordingId,
        long SizeBytes,
        UploadJobStatus Status,
        int Attempts,
        string? Error,
        bool MayRetry,
        DateTimeOffset NotBefore,
        DateTimeOffset CreatedAt,
        DateTimeOffset? StartedAt,
        DateTimeOffset? CompletedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(UploadJournal.KeptQueue))]
internal sealed partial class UploadJournalJson : JsonSerializerContext;
