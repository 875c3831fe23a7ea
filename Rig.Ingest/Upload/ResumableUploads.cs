using Microsoft.Extensions.Options;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>What one request of a resumable upload says of the bytes that it brings.</summary>
/// <param name="ContentBytes">How many it brings; null where it does not say.</param>
/// <param name="TotalBytes">Of the whole upload, as this request says; null where it does not say.</param>
/// <param name="ContentSha256">Of the bytes that it brings, lower-case hex; null where it does not say.</param>
/// <param name="Complete">The upload ends with these bytes.</param>
internal sealed record AppendRequest(long? ContentBytes, long? TotalBytes, string? ContentSha256, bool Complete);

/// <summary>Told while an upload goes on; may send what it hears to the sender.</summary>
internal interface IUploadListener
{
    ValueTask CreatedAsync(UploadRow upload);

    /// <summary>A piece was written.</summary>
    /// <param name="durableBytes">The upload's bytes that survive a power cut.</param>
    ValueTask WrittenAsync(long durableBytes);
}

/// <summary>What became of a request that brought bytes.</summary>
internal abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    /// <summary>The bytes are durable; more are to come.</summary>
    public sealed record Appended(UploadRow Upload, long Offset) : AppendOutcome;

    /// <summary>The upload has its final answer, now or since earlier.</summary>
    public sealed record Ended(UploadEnd End) : AppendOutcome;

    /// <summary>Nothing can be appended: the upload has ended.</summary>
    public sealed record AlreadyEnded : AppendOutcome;

    public sealed record WrongOffset(long Offset) : AppendOutcome;

    public sealed record WrongLength(string Why) : AppendOutcome;

    /// <summary>The bytes are not what their digest says, and were not appended.</summary>
    public sealed record Damaged(long Offset) : AppendOutcome;

    /// <summary>The connection ended or was too slow; what came is kept.</summary>
    /// <param name="IsSuperseded">A newer request of the same upload waits.</param>
    public sealed record Cut(bool IsSuperseded) : AppendOutcome;
}

/// <summary>How far an upload is.</summary>
/// <param name="Offset">Bytes that are here; all of them are synced.</param>
/// <param name="End">Null while more are to come.</param>
internal readonly record struct UploadState(long Offset, UploadEnd? End);

/// <summary>Uploads of one file, from its first byte to its last, taken up again at the byte where they were cut.</summary>
/// <remarks>
/// The unfinished file is always a prefix of the take, so its length is the offset; it is synced before any offset is told, and never
/// becomes shorter. docs/design/offload.md.
/// </remarks>
internal sealed class ResumableUploads(
    IOptions<ServerOptions> options, UploadCore core, UnfinishedUploads unfinished, UploadStore rows, UploadTurns turns, ActiveUploads active, UploadAppender appender, TimeProvider time)
{
    private readonly ServerOptions server = options.Value;

    /// <exception cref="IntakeException">Too large, or no room.</exception>
    public async Task<AppendOutcome> CreateAsync(TakeClaim claim, AppendRequest request, IUploadBody body, IUploadListener listener, CancellationToken senderGone)
    {
        using var counted = active.Begin();
        if (WholeLength(request, offset: 0, known: null, out var length) is { } problem)
        {
            return new AppendOutcome.WrongLength(problem);
        }

        core.Admit(length);
        var upload = new UploadRow(
            UploadId.New(), claim.SessionId, claim.CameraId, claim.Take, claim.Sha256, length, ChunkBytes: null, claim.Manifest, time.GetUtcNow(), Ended: null);
        var file = IncomingFile.Create(unfinished.PathOf(upload));
        using var turn = await turns.BeginAsync(upload.Id, senderGone);
        try
        {
            await unfinished.AddAsync(upload, fingerprint: null, senderGone);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        await listener.CreatedAsync(upload);
        return await appender.AppendAsync(upload, file, turn, request, body, listener, senderGone);
    }

    /// <exception cref="IntakeException">There is no such upload, or another server is at work on it.</exception>
    public async Task<(UploadRow Upload, UploadState State)> FindAsync(string id, CancellationToken cancellationToken)
    {
        var (upload, turn) = await BeginAsync(id, cancellationToken);
        using (turn)
        {
            return (upload, await StateAsync(upload, cancellationToken));
        }
    }

    /// <param name="offset">Where the sender believes the upload to be.</param>
    /// <exception cref="IntakeException">There is no such upload, it is too large, or the disk failed.</exception>
    public async Task<AppendOutcome> AppendAsync(
        string id, long offset, AppendRequest request, IUploadBody body, IUploadListener listener, CancellationToken senderGone)
    {
        using var counted = active.Begin();
        var (upload, turn) = await BeginAsync(id, senderGone);
        using (turn)
        {
            var state = await StateAsync(upload, senderGone);
            if (offset != state.Offset)
            {
                return new AppendOutcome.WrongOffset(state.Offset);
            }

            if (state.End is { } end)
            {
                return request.ContentBytes is > 0 || !request.Complete ? new AppendOutcome.AlreadyEnded() : new AppendOutcome.Ended(end);
            }

            if (WholeLength(request, state.Offset, upload.SizeBytes, out var length) is { } problem)
            {
                return new AppendOutcome.WrongLength(problem);
            }

            if (length > server.MaxUploadBytes)
            {
                throw FileBudget.TooLarge(server.MaxUploadBytes);
            }

            if (upload.SizeBytes is null && length is { } known)
            {
                await rows.SetSizeAsync(upload.Id, known, senderGone);
                upload = upload with { SizeBytes = known };
            }

            var file = await OpenAsync(upload, turn, senderGone);
            return await appender.AppendAsync(upload, file, turn, request, body, listener, senderGone);
        }
    }

    public async Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        var (upload, turn) = await BeginAsync(id, cancellationToken);
        using (turn)
        {
            turn.TakeHash().Hash?.Dispose();
            await rows.DeleteAsync(upload.Id, CancellationToken.None);
            File.Delete(unfinished.PathOf(upload));
        }
    }

    /// <summary>Compares everything that says how long the whole upload is.</summary>
    /// <param name="length">What is known then.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? WholeLength(AppendRequest request, long offset, long? known, out long? length)
    {
        var fromContent = request is { Complete: true, ContentBytes: { } content } ? offset + content : (long?)null;
        var all = new[] { known, request.TotalBytes, fromContent }.OfType<long>().Distinct().ToList();
        length = all.Count > 0 ? all[0] : null;
        return all.Count > 1 ? $"The upload's length is said to be {string.Join(" and ", all)} bytes."
            : length < offset + (request.ContentBytes ?? 0) ? $"The content reaches beyond the upload's {length} bytes."
            : null;
    }

    private async Task<(UploadRow Upload, UploadTurns.Turn Turn)> BeginAsync(string text, CancellationToken cancellationToken)
    {
        var id = UploadId.TryParse(text, out var parsed) ? parsed : throw Unknown();
        var turn = await turns.BeginAsync(id, cancellationToken);
        try
        {
            // Read only now: the request before may have ended the upload.
            var upload = await rows.FindAsync(id, cancellationToken);
            return upload is { ChunkBytes: null } ? (upload, turn) : throw Unknown();
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private async Task<UploadState> StateAsync(UploadRow upload, CancellationToken cancellationToken)
    {
        if (upload.Ended is { } ended)
        {
            return new UploadState(upload.SizeBytes ?? 0, ended);
        }

        try
        {
            using var handle = File.OpenHandle(unfinished.PathOf(upload), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            RandomAccess.FlushToDisk(handle);
            return new UploadState(RandomAccess.GetLength(handle), End: null);
        }
        catch (FileNotFoundException)
        {
            return await unfinished.FindTakenOverAsync(upload, upload.Sha256!, cancellationToken) is var (held, end) ? new UploadState(held.SizeBytes, end) : throw Unknown();
        }
        catch (IOException)
        {
            throw InUse();
        }
    }

    private async Task<IncomingFile> OpenAsync(UploadRow upload, UploadTurns.Turn turn, CancellationToken cancellationToken)
    {
        var (hash, length) = turn.TakeHash();
        try
        {
            return await IncomingFile.ReopenAsync(unfinished.PathOf(upload), hash, length, cancellationToken) ?? throw Unknown();
        }
        catch (IOException)
        {
            throw InUse();
        }
    }

    private static IntakeException Unknown() => new(IntakeFault.Unknown, "There is no such upload here any more. Start a new one.");

    private static IntakeException InUse() => new(IntakeFault.Busy, "Another server is receiving this upload. Try again.");
}
