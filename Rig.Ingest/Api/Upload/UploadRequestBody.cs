using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>A request's whole body. It has no buffer of its own: what the network has brought meanwhile is the next piece.</summary>
internal sealed class UploadRequestBody(HttpContext context) : IUploadBody
{
    /// <summary>
    /// The server's receive buffer for a request, and so the largest piece, and all the memory that a transfer takes apart from some kilobytes.
    /// </summary>
    public const long ReceiveBufferBytes = 2L << 20;

    private long handedOut;

    public async Task ReadAsync(Func<ReadOnlySequence<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.NextAsync(cancellationToken);
            var piece = read.Buffer;
            try
            {
                if (!piece.IsEmpty)
                {
                    await take(piece);
                    handedOut += piece.Length;
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
    /// The server's body reader keeps back what a broken connection had still brought, because the request can never be whole any more.
    /// Nothing is lost by leaving it, only sent twice.
    /// </summary>
    public async Task SalvageAsync(Func<ReadOnlySequence<byte>, ValueTask> take)
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

        var rest = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, length - handedOut));
        try
        {
            if (!rest.IsEmpty)
            {
                await take(rest);
            }
        }
        finally
        {
            connection.AdvanceTo(rest.End);
        }
    }
}

internal static class UploadRequestBodyExtensions
{
    /// <summary>The bytes of an upload are counted as they come; the server's own small limit is for other requests.</summary>
    public static void LiftBodyLimit(this HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    /// <exception cref="SlowSenderException">The server has given the sender up.</exception>
    public static async ValueTask<ReadResult> NextAsync(this PipeReader body, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(cancellationToken);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw new SlowSenderException(e.Message, e);
        }
    }
}
