using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rig.Domain.Identity;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>A file that is to come in chunks, as its sender announces it.</summary>
/// <param name="FileName">As the sender calls it; never becomes a path.</param>
/// <param name="Sha256">Of the whole file, lower-case hex; null where the sender does not say.</param>
internal sealed record ChunkedFile(SessionId SessionId, CameraId CameraId, int? Take, string FileName, long SizeBytes, long ChunkBytes, string? Sha256);

/// <param name="ReceivedChunks">How many are here.</param>
/// <param name="ResumeChunk">The first that is not here.</param>
/// <param name="MissingChunks">Indexes of those that are not here, at most <see cref="ChunkedUploads.MaxNamedMissing"/>.</param>
/// <param name="End">Null while chunks are to come.</param>
internal sealed record ChunkedState(UploadId Id, int ReceivedChunks, int ResumeChunk, int TotalChunks, IReadOnlyList<int> MissingChunks, UploadEnd? End);

/// <summary>
/// Uploads in numbered chunks, in any order. A chunk is durable before it is acknowledged, and never written over; the same file goes on
/// where it was, also after a restart; the end counts, measures and hashes before anything is called received.
/// </summary>
/// <remarks>docs/design/offload.md.</remarks>
internal sealed class ChunkedUploads(
    FreeSpace space, UploadCore core, UnfinishedUploads unfinished, TakeStore takes, UploadStore rows, UploadTurns turns, ActiveUploads active, TimeProvider time)
{
    public const int MaxNamedMissing = 1000;

    private readonly ConcurrentDictionary<(UploadId, int), byte> writing = new();

    /// <summary>Begins an upload, or finds the one of the same file.</summary>
    /// <exception cref="IntakeException">The sizes make no plan, the file is too large, or there is no room.</exception>
    public async Task<ChunkedState> BeginAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        var plan = ChunkPlan.TryMake(file.SizeBytes, file.ChunkBytes, out var made)
            ? made
            : throw IntakeException.Invalid($"file_size must be more than 0, chunk_size 1 to {ChunkPlan.MaxChunkBytes}, with at most {ChunkPlan.MaxChunks} chunks.");
        core.Budget(plan.FileBytes).Allow(plan.FileBytes);
        // Without the file's own hash nothing tells one recording from another of the same size, so such an upload is never taken up again.
        var fingerprint = file.Sha256 is null ? null : Fingerprint(file);
        var upload = fingerprint is null ? null : await EarlierAsync(fingerprint, cancellationToken);
        upload ??= await AddAsync(file, fingerprint, cancellationToken);
        return await StateAsync(upload, plan, cancellationToken);
    }

    /// <exception cref="IntakeException">There is no such upload.</exception>
    public async Task<ChunkedState> FindAsync(string? id, CancellationToken cancellationToken)
    {
        var (upload, plan) = await UploadAsync(id, cancellationToken);
        return await StateAsync(upload, plan, cancellationToken);
    }

    /// <summary>Takes one chunk. One that is here is compared by its checksum and never written over, so a broken repetition cannot harm it.</summary>
    /// <param name="index">Null where the sender gave no number.</param>
    /// <param name="md5">Of the chunk, lower-case hex; null where the sender does not say.</param>
    /// <returns>Its MD5, lower-case hex; the chunk is durable.</returns>
    /// <exception cref="IntakeException">The chunk is not one of the upload's, or not what its checksum says; or the disk failed.</exception>
    /// <exception cref="IOException">The connection ended early; nothing of the chunk counts.</exception>
    public async Task<string> StoreAsync(string id, int? index, string? md5, IUploadBody body, CancellationToken cancellationToken)
    {
        var (upload, plan) = await UploadAsync(id, cancellationToken);
        var chunk = index is { } number && number < plan.Count ? number : throw IntakeException.Invalid($"chunk_index must be 0 to {plan.Count - 1}.");
        if (!writing.TryAdd((upload.Id, chunk), 0))
        {
            throw new IntakeException(IntakeFault.Busy, $"Chunk {chunk} is being received. Try again.");
        }

        try
        {
            if (upload.Ended is not null)
            {
                throw IntakeException.Invalid("The upload is finalized.");
            }

            if (await rows.FindChunkAsync(upload.Id, chunk, cancellationToken) is not { } held)
            {
                return await WriteAsync(upload, plan, chunk, md5, body, cancellationToken);
            }

            await body.ReadAsync(_ => ValueTask.CompletedTask, cancellationToken);
            return md5 is null || md5 == held.Md5 ? held.Md5 : throw WrongChunk(md5, held.Md5);
        }
        finally
        {
            writing.TryRemove((upload.Id, chunk), out _);
        }
    }

    /// <summary>Ends the upload: its chunks become a take. Repeated, it gives the same answer.</summary>
    /// <param name="totalChunks">As the sender counts; null where it does not say.</param>
    /// <param name="sha256">Of the whole file, lower-case hex; null where it does not say, or said so at the beginning.</param>
    /// <exception cref="IntakeException">Chunks are missing, or the whole is not what it should be; the bytes are gone then.</exception>
    public async Task<UploadEnd> EndAsync(string? id, long? totalChunks, string? sha256, CancellationToken cancellationToken)
    {
        var (found, plan) = await UploadAsync(id, cancellationToken);
        using var turn = await turns.BeginAsync(found.Id, cancellationToken);
        // Read only now: the same request, sent twice, may have ended it.
        var upload = await rows.FindAsync(found.Id, cancellationToken) ?? throw Unknown();
        if (upload.Ended is { } ended)
        {
            return ended;
        }

        if (totalChunks is { } said && said != plan.Count)
        {
            throw IntakeException.Invalid($"The upload has {plan.Count} chunks, not {said}.");
        }

        var chunks = await rows.ChunksAsync(upload.Id, cancellationToken);
        var missing = plan.Missing(chunks.Select(chunk => chunk.Index)).Take(MaxNamedMissing).ToList();
        if (missing.Count > 0)
        {
            throw new IntakeException(IntakeFault.Invalid, $"Chunks are missing; send them and finalize again: {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? ", ..." : "")}.") { MissingChunks = missing };
        }

        if (upload.Sha256 is not null && sha256 is not null && upload.Sha256 != sha256)
        {
            throw WrongFile(upload.Sha256, sha256);
        }

        var expected = upload.Sha256 ?? sha256;
        if (expected is null && chunks.FirstOrDefault(chunk => !chunk.Verified) is { } unproven)
        {
            throw IntakeException.Invalid($"Nothing proves the bytes: give file_hash (SHA-256), or send chunk_hash with every chunk (chunk {unproven.Index} had none).");
        }

        return await AcceptAsync(upload, expected);
    }

    private async Task<UploadEnd> AcceptAsync(UploadRow upload, string? expected)
    {
        try
        {
            using var file = await IncomingFile.ReopenAsync(unfinished.PathOf(upload), known: null, 0, CancellationToken.None);
            if (file is null)
            {
                var taken = expected is null ? null : await unfinished.FindTakenOverAsync(upload, expected, CancellationToken.None);
                return taken is var (held, end) ? await unfinished.EndAsync(upload, held.SizeBytes, end) : throw Unknown();
            }

            try
            {
                file.Finish();
                return file.Sha256 == (expected ?? file.Sha256) ? await unfinished.AcceptAsync(upload, file, file.Sha256) : throw WrongFile(expected!, file.Sha256);
            }
            catch (IntakeException e) when (!e.IsFinal)
            {
                (await file.KeepAsync()).Dispose();
                throw;
            }
        }
        catch (IntakeException e) when (e.IsFinal)
        {
            // The bytes are gone with it; the same file starts from its beginning.
            await rows.DeleteAsync(upload.Id, CancellationToken.None);
            throw;
        }
        catch (IOException)
        {
            throw new IntakeException(IntakeFault.Busy, "The upload is in use, by this server or another one. Try again.");
        }
    }

    private async Task<string> WriteAsync(UploadRow upload, ChunkPlan plan, int index, string? md5, IUploadBody body, CancellationToken cancellationToken)
    {
        if (space.Refuse(plan.LengthOf(index)) is { } full)
        {
            throw new IntakeException(IntakeFault.StorageFailed, full);
        }

        using var handle = OpenShared(unfinished.PathOf(upload));
        using var writer = new ChunkWriter(handle, plan.OffsetOf(index), plan.LengthOf(index));
        await body.ReadAsync(
            piece =>
            {
                active.Received(piece.Length);
                return writer.AppendAsync(piece);
            },
            cancellationToken);
        var actual = writer.Finish();
        if (md5 is not null && md5 != actual)
        {
            throw WrongChunk(md5, actual);
        }

        await rows.AddChunkAsync(upload.Id, new UploadChunk(index, actual, md5 is not null), cancellationToken);
        return actual;
    }

    private async Task<UploadRow> AddAsync(ChunkedFile file, string? fingerprint, CancellationToken cancellationToken)
    {
        var upload = new UploadRow(
            UploadId.New(), file.SessionId, file.CameraId, file.Take, file.Sha256, file.SizeBytes, file.ChunkBytes, Manifest: null, time.GetUtcNow(), Ended: null);
        var path = unfinished.PathOf(upload);
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        if (await unfinished.AddAsync(upload, fingerprint, cancellationToken))
        {
            return upload;
        }

        // The same file was begun at the same time, and that was first.
        File.Delete(path);
        return await rows.FindAsync(fingerprint!, cancellationToken) ?? throw new IntakeException(IntakeFault.Busy, "The upload was started twice at once. Try again.");
    }

    /// <returns>The same file's upload, unless what it led to is no longer there.</returns>
    private async Task<UploadRow?> EarlierAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (await rows.FindAsync(fingerprint, cancellationToken) is not { } upload)
        {
            return null;
        }

        var alive = upload.Ended is null
            ? File.Exists(unfinished.PathOf(upload))
            : await takes.FindWholeAsync(upload.SessionId, upload.CameraId, upload.Sha256!, cancellationToken) is not null;
        if (alive)
        {
            return upload;
        }

        await rows.DeleteAsync(upload.Id, cancellationToken);
        return null;
    }

    private async Task<ChunkedState> StateAsync(UploadRow upload, ChunkPlan plan, CancellationToken cancellationToken)
    {
        if (upload.Ended is { IsTaken: true } taken)
        {
            return new ChunkedState(upload.Id, plan.Count, plan.Count, plan.Count, [], taken);
        }

        var chunks = (await rows.ChunksAsync(upload.Id, cancellationToken)).Select(chunk => chunk.Index).ToList();
        return new ChunkedState(upload.Id, chunks.Count, ChunkPlan.Contiguous(chunks), plan.Count, [.. plan.Missing(chunks).Take(MaxNamedMissing)], upload.Ended);
    }

    private async Task<(UploadRow Upload, ChunkPlan Plan)> UploadAsync(string? text, CancellationToken cancellationToken) =>
        UploadId.TryParse(text, out var id)
        && await rows.FindAsync(id, cancellationToken) is { ChunkBytes: { } chunk, SizeBytes: { } size } upload
        && ChunkPlan.TryMake(size, chunk, out var plan)
            ? (upload, plan)
            : throw Unknown();

    private static SafeFileHandle OpenShared(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (FileNotFoundException)
        {
            throw Unknown();
        }
        catch (IOException)
        {
            throw new IntakeException(IntakeFault.Busy, "The upload is being finalized. Try again.");
        }
    }

    private static string Fingerprint(ChunkedFile file)
    {
        string[] parts = [file.SessionId.Value, file.CameraId.Value, $"{file.Take}", file.FileName, $"{file.SizeBytes}", $"{file.ChunkBytes}", file.Sha256!];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => $"{part.Length}:{part}")))));
    }

    private static IntakeException WrongChunk(string expected, string calculated) => IntakeException.ChecksumMismatch(expected, calculated, "Chunk hash mismatch");

    private static IntakeException WrongFile(string expected, string calculated) => IntakeException.ChecksumMismatch(expected, calculated, "File hash mismatch");

    private static IntakeException Unknown() => new(IntakeFault.Unknown, "Unknown upload_id");
}
