using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Rig.Ingest.Pull;
using Rig.Ingest.Settings;

namespace Rig.Tests.Ingest.Pull;

/// <summary>
/// A node at the other end of a client's own handler: the real <see cref="NodeClient"/> without sockets, so that thousands of faults
/// take seconds. Serves one take, whose bytes are a function of their offset.
/// </summary>
internal sealed class WireNode(long sizeBytes, Action<long, Memory<byte>> fill) : HttpMessageHandler
{
    private readonly Lock gate = new();

    /// <summary>For each range: after how many bytes its connection is cut; null lets it through.</summary>
    public Func<long?> CutAfter { get; set; } = () => null;

    /// <summary>Before each piece of a body.</summary>
    public Func<CancellationToken, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    public List<ByteRange> Asked { get; } = [];

    public NodeClient Client(PullOptions options) =>
        new(new OneLine(new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }), Options.Create(options), Options.Create(new ServerOptions()), TimeProvider.System);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var range = request.Headers.Range!.Ranges.Single();
        var (from, to) = (range.From!.Value, range.To!.Value);
        long? cut;
        lock (gate)
        {
            Asked.Add(new ByteRange(from, (int)(to - from + 1)));
            cut = CutAfter();
        }

        var body = new StreamContent(new Body(this, from, Math.Min(to + 1, from + (cut ?? long.MaxValue / 2))));
        body.Headers.ContentRange = new ContentRangeHeaderValue(from, to, sizeBytes);
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = body });
    }

    /// <summary>Ends early, as a cut connection does, with an exception.</summary>
    private sealed class Body(WireNode node, long from, long end) : Stream
    {
        private const int Piece = 64 << 10;

        private long at = from;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await node.BeforeRead(cancellationToken);
            if (at >= end)
            {
                throw new IOException("Connection reset by peer.");
            }

            var length = (int)Math.Min(Math.Min(buffer.Length, Piece), end - at);
            node.Fill(at, buffer[..length]);
            at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private void Fill(long offset, Memory<byte> bytes) => fill(offset, bytes);
}
