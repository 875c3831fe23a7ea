using Microsoft.Extensions.Options;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>Appends one request's bytes to an unfinished upload and, when they complete it, has the take accepted. However it ends, the file is closed.</summary>
internal sealed class UploadAppender(IOptions<ServerOptions> options, UploadCore core, UnfinishedUploads unfinished, UploadStore rows, ILogger<UploadAppender> log)
{
    /// <param name="turn">The right to work on the upload; keeps the file's hash for the next request.</param>
    /// <exception cref="IntakeException">The disk is full or failed; what came is kept.</exception>
    public async Task<AppendOutcome> AppendAsync(
        UploadRow upload, IncomingFile file, UploadTurns.Turn turn, AppendRequest request, IUploadBody body, IUploadListener listener, CancellationToken senderGone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(senderGone, turn.Superseded);
        stop.CancelAfter(TimeSpan.FromSeconds(options.Value.UploadTimeoutSec));
        var start = file.Length;
        try
        {
            await ReceiveAsync(file, core.BudgetOf(upload), body, listener, stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await KeepAsync(upload, file, turn);
            log.LogInformation("Upload {Upload} was cut at byte {Offset}", upload.Id, file.Length);
            return new AppendOutcome.Cut(turn.Superseded.IsCancellationRequested);
        }
        catch (IntakeException e) when (e.IsFinal)
        {
            return await RefuseAsync(upload, file, e);
        }
        catch
        {
            // The disk is full or failed; what is there stays, and goes on when there is room.
            await KeepAsync(upload, file, turn);
            throw;
        }

        if (request.ContentSha256 is { } sha256 && await file.Sha256FromAsync(start, CancellationToken.None) != sha256)
        {
            await CutBackAsync(upload, file, start);
            return new AppendOutcome.Damaged(start);
        }

        if (!request.Complete)
        {
            await KeepAsync(upload, file, turn);
            return new AppendOutcome.Appended(upload, file.Length);
        }

        if (upload.SizeBytes is { } said && said != file.Length)
        {
            await KeepAsync(upload, file, turn);
            return new AppendOutcome.WrongLength($"The upload was said to have {said} bytes and to be complete with {file.Length}.");
        }

        return await AcceptAsync(upload, file, turn);
    }

    private async Task ReceiveAsync(IncomingFile file, FileBudget budget, IUploadBody body, IUploadListener listener, CancellationToken cancellationToken)
    {
        try
        {
            await body.ReadAsync(
                async piece =>
                {
                    await core.AppendAsync(piece, file, budget);
                    await listener.WrittenAsync(file.DurableLength);
                },
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await body.SalvageAsync(piece => core.AppendAsync(piece, file, budget));
            throw;
        }
    }

    private async Task<AppendOutcome> AcceptAsync(UploadRow upload, IncomingFile file, UploadTurns.Turn turn)
    {
        try
        {
            var end = await unfinished.AcceptAsync(upload, file, upload.Sha256!);
            file.Dispose();
            return new AppendOutcome.Ended(end);
        }
        catch (IntakeException e) when (e.IsFinal)
        {
            return await RefuseAsync(upload, file, e);
        }
        catch
        {
            await KeepAsync(upload, file, turn);
            throw;
        }
    }

    private async Task<AppendOutcome> RefuseAsync(UploadRow upload, IncomingFile file, IntakeException cause)
    {
        var end = await unfinished.RefuseAsync(upload, file.Length, cause);
        file.Dispose();
        return new AppendOutcome.Ended(end);
    }

    private async Task KeepAsync(UploadRow upload, IncomingFile file, UploadTurns.Turn turn)
    {
        turn.KeepHash(await file.KeepAsync(), file.Length);
        await rows.TouchAsync(upload.Id, CancellationToken.None);
    }

    private async Task CutBackAsync(UploadRow upload, IncomingFile file, long length)
    {
        (await file.KeepAsync()).Dispose();
        using (var handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            RandomAccess.SetLength(handle, length);
            RandomAccess.FlushToDisk(handle);
        }

        await rows.TouchAsync(upload.Id, CancellationToken.None);
    }
}
