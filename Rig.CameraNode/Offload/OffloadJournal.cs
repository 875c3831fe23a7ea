using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Rig.Actors.Transfer;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Offload;

/// <summary>
/// The queue as <c>offload-queue.json</c> in the manifests' folder. It holds wishes, not facts: what is offloaded is said by the
/// receipts, so a lost or broken queue loses no recording, only the memory of what was asked for.
/// </summary>
internal sealed class OffloadJournal(IOptions<StorageOptions> options, IRecordingFiles files, ILogger<OffloadJournal> logger) : IOffloadJournal
{
    private const int MaxBytes = 4 << 20;

    private string FilePath => Path.Combine(options.Value.ManifestsPath, "offload-queue.json");

    public OffloadQueue Load()
    {
        try
        {
            if (!File.Exists(FilePath))
            {
                return OffloadQueue.Empty;
            }

            var kept = new FileInfo(FilePath).Length <= MaxBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), OffloadJournalJson.Default.KeptQueue)
                : throw new JsonException($"it is larger than {MaxBytes} bytes");
            return new OffloadQueue([.. (kept?.Jobs ?? []).Select(FromKept).OfType<OffloadJob>()], kept?.Paused ?? false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogWarning(e, "The offload queue {File} cannot be read; it begins empty. No recording is affected", FilePath);
            return OffloadQueue.Empty;
        }
    }

    public void Save(OffloadQueue queue)
    {
        files.CreateDirectory(options.Value.ManifestsPath);
        var kept = new KeptQueue(queue.Paused, [.. queue.Jobs.Select(j => new KeptJob(
            j.JobId, j.RecordingId.ToString(), j.SizeBytes, j.Status, j.Attempts, j.Error, j.MayRetry, j.NotBefore, j.CreatedAt, j.StartedAt, j.CompletedAt))]);
        files.WriteAtomic(FilePath, JsonSerializer.SerializeToUtf8Bytes(kept, OffloadJournalJson.Default.KeptQueue));
    }

    private static OffloadJob? FromKept(KeptJob j) => RecordingId.TryParse(j.RecordingId, out var id)
        ? new OffloadJob(j.JobId, id, j.SizeBytes, j.Status, j.Attempts, j.Error, j.MayRetry, j.NotBefore, j.CreatedAt, j.StartedAt, j.CompletedAt)
        : null;

    internal sealed record KeptQueue(bool Paused, ImmutableList<KeptJob> Jobs);

    internal sealed record KeptJob(
        string JobId,
        string RecordingId,
        long SizeBytes,
        OffloadJobStatus Status,
        int Attempts,
        string? Error,
        bool MayRetry,
        DateTimeOffset NotBefore,
        DateTimeOffset CreatedAt,
        DateTimeOffset? StartedAt,
        DateTimeOffset? CompletedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OffloadJournal.KeptQueue))]
internal sealed partial class OffloadJournalJson : JsonSerializerContext;
