using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;

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
            try
            {
                if (!piece.IsEmpty)
                {
                    budget.Allow(file.Length + piece.Length);
                    await file.AppendAsync(piece);
                    await received(piece.Length);
                }
            }
            finally
            {
                // Also when it was refused, so that the server can read on to the request's end and the client reads the answer.
                body.AdvanceTo(piece.End);
            }

            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Appends what a connection that broke had still brought: the server's body reader keeps that back, because the request can never be
    /// whole any more. Nothing is lost by leaving it, only sent twice.
    /// </summary>
    /// <param name="start">Length of the file when the request began.</param>
    public static async Task SalvageAsync(HttpContext context, IncomingFile file, FileBudget budget, long start)
    {
        if (context.Request.ContentLength is not { } length || context.Features.Get<IConnectionTransportFeature>()?.Transport.Input is not { } connection)
        {
            return;
        }

        ReadResult read;
        try
        {
            if (!connection.TryRead(out read))
            {
                return;
            }
        }
        catch (InvalidOperationException)
        {
            return; // The server itself is still reading, or has closed it.
        }

        var rest = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, start + length - file.Length));
        try
        {
            if (!rest.IsEmpty)
            {
                budget.Allow(file.Length + rest.Length);
                await file.AppendAsync(rest);
            }
        }
        finally
        {
            connection.AdvanceTo(rest.End);
        }
    }
}
