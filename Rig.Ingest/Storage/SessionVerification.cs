using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <param name="FoundSha256">Of the file on disk, lower-case hex; null when it is missing.</param>
internal sealed record VerifiedTake(Receipt Receipt, string? FoundSha256)
{
    public bool IsWhole => FoundSha256 == Receipt.Sha256;
}

/// <summary>Reads every byte of a session's takes again. What is damaged is marked so, and is pulled or accepted once more.</summary>
internal sealed class SessionVerification(TakeStore store)
{
    private int running;

    /// <param name="camera">Null for all of the session's cameras.</param>
    /// <returns>Null while another one runs; else the takes that are held, which may be none.</returns>
    public async Task<IReadOnlyList<VerifiedTake>?> TryRunAsync(SessionId session, CameraId? camera, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref running, 1) == 1)
        {
            return null;
        }

        try
        {
            var verified = new List<VerifiedTake>();
            foreach (var receipt in (await store.OfSessionAsync(session, cancellationToken)).Where(receipt => camera is null || receipt.Id.CameraId == camera))
            {
                verified.Add(new VerifiedTake(receipt, await store.VerifyAsync(receipt, cancellationToken)));
            }

            return verified;
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }
}
