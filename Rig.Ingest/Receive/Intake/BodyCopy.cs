using System.IO.Pipelines;

namespace Rig.Ingest.Receive;

/// <summary>Moves a request's body into a file without a buffer of its own: what the network has brought meanwhile is the next piece.</summary>
internal static class BodyCopy
{
    /// <summary>
    /// The server's receive buffer for a request, and so the largest piece, and all the memory that a transfer takes apart from some kilobytes.
    /// </summary>
    public const long ReceiveBufferBytes = 2L << 20;

    /// <returns>When the body has ended as its sender said it would.</returns>
    /// <exception cref="IOException">The connection ended early; what came is in the file.</exception>
    public static async Task ToFileAsync(PipeReader body, IncomingFile file, FileBudget budget, Func<long, ValueTask> received, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var piece = read.Buffer;
            if (!piece.IsEmpty)
            {
                budget.Allow(file.Length + piece.Length);
                await file.AppendAsync(piece);
                await received(piece.Length);
            }

            body.AdvanceTo(piece.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
