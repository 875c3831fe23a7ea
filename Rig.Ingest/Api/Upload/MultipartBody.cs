using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Net.Http.Headers;
using Rig.Hosting.Http;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>
/// Reads multipart/form-data (RFC 7578, RFC 2046 section 5.1) straight from the receive buffer, so that a file's bytes are never copied.
/// Parts are read in order, each to its end before the next one.
/// </summary>
/// <remarks>ASP.NET's own reader copies a file in pieces of its buffer; this one hands out whatever the network has brought.</remarks>
internal sealed class MultipartBody : IUploadBody
{
    private const int MaxBoundaryLength = 70; // RFC 2046
    private const int MaxHeadBytes = 8192;

    private readonly PipeReader body;
    private readonly byte[] delimiter;
    private bool inPart;
    private bool started;

    private MultipartBody(PipeReader body, string boundary)
    {
        this.body = body;
        delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);
    }

    /// <exception cref="ApiException">400: the content type is not multipart/form-data with a boundary.</exception>
    public static MultipartBody Of(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var media)
        && media.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(media.Boundary).ToString() is { Length: > 0 and <= MaxBoundaryLength } boundary
        && boundary.All(char.IsAscii)
            ? new MultipartBody(request.BodyReader, boundary)
            : throw new ApiException(400, "This takes multipart/form-data with a boundary of at most 70 characters.");

    /// <returns>The next part's field name; null after the last part.</returns>
    /// <exception cref="ApiException">400: not multipart, or a part without a name.</exception>
    /// <exception cref="IOException">The body ended early.</exception>
    public async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        if (!started)
        {
            started = true;
            await SkipPreambleAsync(cancellationToken);
        }
        else if (inPart)
        {
            throw new InvalidOperationException("The part before was not read to its end.");
        }

        var line = await LineAsync(cancellationToken);
        if (line.StartsWith("--", StringComparison.Ordinal))
        {
            await DrainAsync(cancellationToken);
            return null;
        }

        if (line.AsSpan().TrimEnd(" \t").Length > 0)
        {
            throw Broken("a boundary is followed by something else");
        }

        inPart = true;
        return Name(await HeadersAsync(cancellationToken));
    }

    /// <summary>Hands out the content of the part that <see cref="NextAsync"/> came to; a piece may be reused as soon as <paramref name="take"/> returns.</summary>
    /// <exception cref="IOException">The body ended before the part did.</exception>
    public async Task ReadAsync(Func<ReadOnlySequence<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.NextAsync(cancellationToken);
            var buffer = read.Buffer;
            var end = SequenceSearch.IndexOf(buffer, delimiter);
            var length = end >= 0 ? end : Math.Max(0, buffer.Length - delimiter.Length + 1);
            if (length > 0)
            {
                await TakeAsync(buffer.Slice(0, length), take);
            }

            if (end >= 0)
            {
                body.AdvanceTo(buffer.GetPosition(end + delimiter.Length));
                inPart = false;
                return;
            }

            body.AdvanceTo(buffer.GetPosition(length), buffer.End);
            if (read.IsCompleted)
            {
                throw new IOException("The body ended inside a part.");
            }
        }
    }

    /// <summary>A form is received whole or not at all.</summary>
    public Task SalvageAsync(Func<ReadOnlySequence<byte>, ValueTask> take) => Task.CompletedTask;

    /// <summary>A piece that is refused is let go of all the same, so that the server can read on to the request's end and the client reads the answer.</summary>
    private async ValueTask TakeAsync(ReadOnlySequence<byte> piece, Func<ReadOnlySequence<byte>, ValueTask> take)
    {
        try
        {
            await take(piece);
        }
        catch
        {
            body.AdvanceTo(piece.End);
            throw;
        }
    }

    /// <exception cref="ApiException">400: the part is longer.</exception>
    public async Task<byte[]> BytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>();
        await ReadAsync(
            piece =>
            {
                if (bytes.WrittenCount + piece.Length > maxBytes)
                {
                    throw new ApiException(400, $"The part '{name}' is longer than {maxBytes} bytes.");
                }

                foreach (var segment in piece)
                {
                    bytes.Write(segment.Span);
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return bytes.WrittenSpan.ToArray();
    }

    private async Task SkipPreambleAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.NextAsync(cancellationToken);
            var buffer = read.Buffer;
            // The first boundary may stand at the very beginning, where no line end goes before it.
            if (buffer.Length >= delimiter.Length - 2 && SequenceSearch.IndexOf(buffer.Slice(0, delimiter.Length - 2), delimiter.AsSpan(2)) == 0)
            {
                body.AdvanceTo(buffer.GetPosition(delimiter.Length - 2));
                return;
            }

            if (SequenceSearch.IndexOf(buffer, delimiter) is >= 0 and var at)
            {
                body.AdvanceTo(buffer.GetPosition(at + delimiter.Length));
                return;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
            if (buffer.Length > MaxHeadBytes || read.IsCompleted)
            {
                throw Broken("its boundary is not in it");
            }
        }
    }

    private async Task<string> HeadersAsync(CancellationToken cancellationToken)
    {
        var headers = new StringBuilder();
        while (await LineAsync(cancellationToken) is { Length: > 0 } line)
        {
            headers.Append(line).Append('\n');
            if (headers.Length > MaxHeadBytes)
            {
                throw Broken("a part's headers are too long");
            }
        }

        return headers.ToString();
    }

    /// <summary>The text up to the next line end, which is taken as well.</summary>
    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.NextAsync(cancellationToken);
            var buffer = read.Buffer;
            if (SequenceSearch.IndexOf(buffer, "\r\n"u8) is >= 0 and <= MaxHeadBytes and var length)
            {
                var text = Encoding.UTF8.GetString(buffer.Slice(0, length));
                body.AdvanceTo(buffer.GetPosition(length + 2));
                return text;
            }

            // The very last boundary needs no line end behind it.
            if (read.IsCompleted && buffer.Length >= 2 && buffer.Length <= MaxHeadBytes)
            {
                var text = Encoding.UTF8.GetString(buffer);
                body.AdvanceTo(buffer.End);
                return text.StartsWith("--", StringComparison.Ordinal) ? text : throw new IOException("The body ended inside a part's head.");
            }

            body.AdvanceTo(buffer.Start, buffer.End);
            if (buffer.Length > MaxHeadBytes)
            {
                throw Broken("a part's headers are too long");
            }

            if (read.IsCompleted)
            {
                throw new IOException("The body ended inside a part's head.");
            }
        }
    }

    /// <summary>What stands behind the last boundary means nothing, but the connection is only reusable when it was read.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (var drained = 0L; drained <= MaxHeadBytes;)
        {
            var read = await body.NextAsync(cancellationToken);
            drained += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }

        throw Broken("too much follows its last boundary");
    }

    private static string Name(string headers)
    {
        const string Disposition = "content-disposition:";
        foreach (var line in headers.Split('\n'))
        {
            if (line.StartsWith(Disposition, StringComparison.OrdinalIgnoreCase)
                && ContentDispositionHeaderValue.TryParse(line[Disposition.Length..].Trim(), out var disposition)
                && HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is { Length: > 0 } name)
            {
                return name;
            }
        }

        throw new ApiException(400, "A part of the upload has no Content-Disposition with a name.");
    }

    private static ApiException Broken(string why) => new(400, $"The upload is not multipart/form-data: {why}.");
}
