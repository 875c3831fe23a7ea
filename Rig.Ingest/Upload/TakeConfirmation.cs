using Rig.Domain.Identity;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>Answers senders whether their take is held: what the durable receipt says, after a look at the disk or after reading every byte again.</summary>
internal sealed class TakeConfirmation(TakeStore store)
{
    /// <param name="take">Null for the newest.</param>
    /// <param name="reread">Every byte is read, not only the file's size.</param>
    /// <exception cref="IntakeException">No such take is held, or its file is missing or changed: it is to be uploaded again.</exception>
    public async Task<Receipt> ConfirmAsync(SessionId session, CameraId camera, int? take, bool reread, CancellationToken cancellationToken)
    {
        var receipt = take is { } number
            ? await store.FindAsync(new TakeId(session, camera, number), cancellationToken)
            : await store.NewestAsync(session, camera, cancellationToken);
        if (receipt is null)
        {
            throw new IntakeException(IntakeFault.Unknown, $"The server holds no recording of {camera} in {session}. Upload it.");
        }

        if (reread)
        {
            var found = await store.VerifyAsync(receipt, cancellationToken);
            if (found != receipt.Sha256)
            {
                throw IntakeException.ChecksumMismatch(receipt.Sha256, found ?? "");
            }
        }
        else if (!store.IsWhole(receipt))
        {
            await store.MarkDamagedAsync(receipt, cancellationToken);
            throw IntakeException.ChecksumMismatch(receipt.Sha256, calculated: "");
        }

        await store.MarkConfirmedAsync(receipt.Id, cancellationToken);
        return receipt;
    }
}
