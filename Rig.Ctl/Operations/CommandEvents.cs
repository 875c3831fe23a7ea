using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Rig.Domain.Operations;

namespace Rig.Ctl.Operations;

/// <summary>The items of a command that streams them as server-sent events.</summary>
internal static class CommandEvents
{
    private const int MaxLineBytes = 8 << 20;

    /// <exception cref="OperatorException">The command failed, or the stream ended before the command did.</exception>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaxLineBytes"/>.</exception>
    public static async IAsyncEnumerable<JsonObject> ReadAsync(HttpResponseMessage reply, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = new BoundedLines(await reply.Content.ReadAsStreamAsync(cancellationToken), MaxLineBytes);
        var parser = SseParser.Create(stream, (_, data) => JsonNode.Parse(data) as JsonObject ?? []);
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            switch (item.EventType)
            {
                case OperationsHttp.ItemEvent:
                    yield return item.Data;
                    break;
                case OperationsHttp.ErrorEvent:
                    throw new OperatorException(ExitCode.Refused, (string?)item.Data["detail"] ?? "The command failed.");
                case OperationsHttp.DoneEvent:
                    yield break;
            }
        }

        throw new OperatorException(ExitCode.Unreachable, "The node closed the connection.");
    }

    /// <summary>Lets a line pass only up to a length: the parser holds a whole one.</summary>
    private sealed class BoundedLines(Stream source, int maxLineBytes) : Stream
    {
        private int lineBytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await source.ReadAsync(buffer, cancellationToken);
            var end = buffer.Span[..read].LastIndexOf((byte)'\n');
            lineBytes = end < 0 ? lineBytes + read : read - end - 1;
            return lineBytes <= maxLineBytes ? read : throw new InvalidDataException($"a line is longer than {maxLineBytes} bytes.");
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            source.Dispose();
            base.Dispose(disposing);
        }
    }
}
