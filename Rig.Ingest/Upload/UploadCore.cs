using System.Buffers;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>What a sender says of a take before its bytes are known.</summary>
/// <param name="Take">Null leaves it to the manifest, else 1.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Manifest">Either form of JSON; null has one made from the video.</param>
internal sealed record TakeClaim(SessionId SessionId, CameraId CameraId, int? Take, string Sha256, byte[]? Manifest);

/// <summary>
/// The way of every upload, whatever protocol brings it: admitted by size and space, counted among those that run, written and hashed
/// while it comes, checked, and the server's own before anything is answered.
/// </summary>
/// <remarks>docs/design/offload.md has the promises and the order of the steps.</remarks>
internal sealed class UploadCore(IOptions<ServerOptions> options, SessionLayout layout, FreeSpace space, TakeStore store, ActiveUploads active, TimeProvider time)
{
    private readonly ServerOptions server = options.Value;

    /// <param name="expectedBytes">As far as the sender said; null if it did not.</param>
    /// <exception cref="IntakeException">More than the server accepts, or has room for.</exception>
    public FileBudget Admit(long? expectedBytes)
    {
        if (expectedBytes > server.MaxUploadBytes)
        {
            throw FileBudget.TooLarge(server.MaxUploadBytes);
        }

        var budget = Budget(expectedBytes);
        budget.Allow(0);
        return budget;
    }

    /// <summary>Bounds a file that comes in one request, or is announced as one.</summary>
    public FileBudget Budget(long? expectedBytes) => new(space, server.MaxUploadBytes, expectedBytes ?? 0);

    /// <summary>For a file that comes over several requests.</summary>
    public FileBudget BudgetOf(UploadRow upload) => new(space, Math.Min(upload.SizeBytes ?? long.MaxValue, server.MaxUploadBytes), upload.SizeBytes ?? 0);

    /// <summary>Runs one request of an upload, counted among those that run, for at most <see cref="ServerOptions.UploadTimeoutSec"/>.</summary>
    /// <param name="request">Given a token that is cancelled when the time is over or the sender is gone.</param>
    /// <exception cref="IntakeException">Too many run already, or it took too long.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken senderGone)
    {
        using var counted = active.Begin();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(senderGone);
        deadline.CancelAfter(TimeSpan.FromSeconds(server.UploadTimeoutSec));
        try
        {
            return await request(deadline.Token);
        }
        catch (OperationCanceledException) when (!senderGone.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw new IntakeException(IntakeFault.TimedOut, $"The upload took longer than {server.UploadTimeoutSec} s. Send it again, or raise Rig:Server:UploadTimeoutSec.");
        }
    }

    /// <summary>Receives a file that comes whole or not at all.</summary>
    /// <returns>Finished, under a temporary name; disposing it deletes it unless it was accepted.</returns>
    /// <exception cref="IntakeException">Too large, no room, or no MP4.</exception>
    /// <exception cref="IOException">The connection ended early; nothing was kept.</exception>
    public async Task<IncomingFile> ReceiveAsync(IUploadBody body, FileBudget budget, CancellationToken cancellationToken)
    {
        var file = IncomingFile.Create(layout.NewUploadPath());
        try
        {
            await body.ReadAsync(piece => AppendAsync(piece, file, budget), cancellationToken);
            file.Finish();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends a piece to a file, within its budget.</summary>
    public async ValueTask AppendAsync(ReadOnlySequence<byte> piece, IncomingFile file, FileBudget budget)
    {
        budget.Allow(file.Length + piece.Length);
        await file.AppendAsync(piece);
        active.Received(piece.Length);
    }

    /// <summary>The last step of every protocol: a finished file becomes a take that the server answers for, or is refused.</summary>
    /// <param name="file">Gone from its temporary place when this returns.</param>
    /// <returns>The durable receipt.</returns>
    /// <exception cref="IntakeException">The bytes are not those of the claim, do not begin as MP4, or other bytes are held; the file stays unless it was kept apart.</exception>
    public async Task<Receipt> AcceptAsync(IncomingFile file, TakeClaim claim, CancellationToken cancellationToken)
    {
        if (file.Sha256 != claim.Sha256)
        {
            throw IntakeException.ChecksumMismatch(claim.Sha256, file.Sha256);
        }

        var broken = await file.SealAsync();
        var facts = new TakeFacts(claim.SessionId, claim.CameraId, claim.Take, file.Length, file.Sha256);
        var held = await HeldManifestAsync(claim, cancellationToken);
        Task<Manifest> DescribeAsync() => held is not null ? Task.FromResult(held) : ProbedVideo.DescribeAsync(file.Path, facts, time.GetUtcNow(), cancellationToken);
        var manifest = claim.Manifest is { Length: > 0 } json ? await ManifestReader.ReadAsync(json, facts, DescribeAsync, held) : await DescribeAsync();
        var problem = broken ?? await ProbedVideo.ProblemAsync(file.Path, cancellationToken);
        var id = new TakeId(claim.SessionId, claim.CameraId, manifest.Recording.Take);
        var result = await store.CommitAsync(new ArrivedTake(id, file.Path, file.Length, file.Sha256, manifest, "upload", problem), cancellationToken);
        return result.Outcome == CommitOutcome.Conflict
            ? throw new IntakeException(
                IntakeFault.Conflict,
                $"The server already holds other bytes as {id}. These were kept apart and reported; the ones held stay. If both are real, send this one as the next take.")
            {
                Expected = result.Receipt.Sha256,
                Calculated = file.Sha256,
            }
            : result.Receipt;
    }

    /// <summary>Of the same bytes, where they are held as the same take already. Their sender may have come to correct it.</summary>
    private async Task<Manifest?> HeldManifestAsync(TakeClaim claim, CancellationToken cancellationToken) =>
        await store.FindWholeAsync(claim.SessionId, claim.CameraId, claim.Sha256, cancellationToken) is { } held && (claim.Take is null || claim.Take == held.Id.Take)
            ? held.Manifest
            : null;
}
