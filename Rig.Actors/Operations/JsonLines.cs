using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rig.Actors.Operations;

/// <summary>JSON objects over a stream, one a line. One reader and one writer at a time.</summary>
public sealed class JsonLines(Stream stream)
{
    private const byte NewLine = (byte)'\n';

    private byte[] buffer = new byte[1024];
    private int filled;
    private int scanned;

    /// <param name="maxBytes">A longer line is refused before it is held.</param>
    /// <returns>Null when the other side has closed the stream.</returns>
    /// <exception cref="InvalidDataException">The line is too long or holds no JSON object.</exception>
    public async Task<JsonObject?> ReadAsync(int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = buffer.AsSpan(scanned, filled - scanned).IndexOf(NewLine);
            if (end >= 0)
            {
                var length = scanned + end;
                var line = Parse(buffer.AsSpan(0, length));
                filled -= length + 1;
                buffer.AsSpan(length + 1, filled).CopyTo(buffer);
                scanned = 0;
                return line;
            }

            scanned = filled;
            if (filled >= maxBytes)
            {
                throw new InvalidDataException($"A line is longer than {maxBytes} bytes.");
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, maxBytes));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            filled += read;
        }
    }

    public async Task WriteAsync(JsonObject line, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static JsonObject Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject ?? throw new InvalidDataException("A line holds JSON, but no object.");
        }
        catch (JsonException)
        {
            throw new InvalidDataException("A line is no JSON.");
        }
    }
}
