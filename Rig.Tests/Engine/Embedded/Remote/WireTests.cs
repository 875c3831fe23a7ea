using System.Buffers;
using System.IO.Pipelines;
using Rig.Engine.Remote;
using Rig.Engine.Remote.Wire;

namespace Rig.Tests.Engine.Embedded.Remote;

public sealed class WireTests
{
    [Fact]
    public void What_a_writer_wrote_a_reader_reads()
    {
        var bytes = new WireWriter(1).Int64(long.MinValue).Int32(-1).UInt64(ulong.MaxValue).String("Grüße ⚽").OptionalString(null).Bool(true).Double(2.5).Bytes([1, 2, 3]).ToArray();

        var reader = new WireReader(bytes);

        Assert.Equal(long.MinValue, reader.Int64());
        Assert.Equal(-1, reader.Int32());
        Assert.Equal(ulong.MaxValue, reader.UInt64());
        Assert.Equal("Grüße ⚽", reader.String());
        Assert.Null(reader.OptionalString());
        Assert.True(reader.Bool());
        Assert.Equal(2.5, reader.Double());
        Assert.Equal([1, 2, 3], reader.Bytes().ToArray());
        reader.End();
    }

    [Fact]
    public void Every_truncation_of_a_message_is_a_clean_error()
    {
        var whole = new WireWriter().String("a topic").Int64(123456789).Bool(true).ToArray();

        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            Assert.Throws<WireFormatException>(() =>
            {
                var reader = new WireReader(part);
                reader.String();
                reader.Int64();
                reader.Bool();
            });
        }
    }

    [Fact]
    public void A_length_beyond_the_message_is_refused_before_memory_is_taken()
    {
        var bytes = new WireWriter().UInt64(int.MaxValue).ToArray();

        Assert.Throws<WireFormatException>(() => new WireReader(bytes).String());
    }

    [Fact]
    public void A_frame_above_the_limit_is_refused_from_its_header_alone()
    {
        var buffer = new ReadOnlySequence<byte>([0xff, 0xff, 0xff, 0x7f, (byte)FrameKind.Message]);

        var error = Assert.Throws<WireFormatException>(() => Frame.TryRead(ref buffer, 1 << 20, out _, out _));

        Assert.Contains("maximum-frame-size", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_survive_any_cut_of_the_stream_into_segments()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 50; round++)
        {
            var pipe = new Pipe();
            var bodies = Enumerable.Range(0, 20).Select(_ => RandomBytes(random, random.Next(0, 200))).ToList();
            var stream = new List<byte>();
            foreach (var body in bodies)
            {
                var frame = new byte[Frame.HeaderBytes + body.Length];
                Frame.WriteHeader(frame, FrameKind.Message, body.Length);
                body.CopyTo(frame.AsSpan(Frame.HeaderBytes));
                stream.AddRange(frame);
            }
            var received = new List<byte[]>();
            var reading = FrameStream.ReadAllAsync(pipe.Reader, 1024, (_, body) => received.Add(body.ToArray()), null, CancellationToken.None);
            for (var at = 0; at < stream.Count;)
            {
                var size = Math.Min(random.Next(1, 64), stream.Count - at);
                await pipe.Writer.WriteAsync(stream.GetRange(at, size).ToArray());
                at += size;
            }
            await pipe.Writer.CompleteAsync();
            await reading;

            Assert.Equal(bodies, received);
        }
    }

    [Fact]
    public void Random_bytes_never_do_more_than_a_clean_error()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = RandomBytes(random, random.Next(0, 80));
            var buffer = new ReadOnlySequence<byte>(bytes);
            CleanOrRefused(() =>
            {
                while (Frame.TryRead(ref buffer, 4096, out var _, out var body))
                    _ = body.Length;
            });
            CleanOrRefused(() => Handshake.DecodeHello(bytes));
            CleanOrRefused(() => Handshake.DecodeChallenge(bytes));
            CleanOrRefused(() => Handshake.DecodeReject(bytes));
            CleanOrRefused(() => RemoteSystemMessage.Decode(bytes));
        }
    }

    [Fact]
    public void Repeated_strings_become_numbers_and_the_table_is_bounded_on_both_sides()
    {
        var outbound = new OutboundStrings();
        var inbound = new InboundStrings<object>();

        var first = outbound.Refer("/user/gateway", mayDefine: true, out var isNew);
        inbound.Define("/user/gateway");
        Assert.True(isNew);
        Assert.Equal(first, outbound.Refer("/user/gateway", mayDefine: true, out isNew));
        Assert.False(isNew);
        Assert.Equal("/user/gateway", inbound.Get((ulong)first).Text);
        Assert.Equal(StringRef.Inline, outbound.Refer("/temp/a", mayDefine: false, out _));
        Assert.Equal(StringRef.Inline, outbound.Refer(new string('x', StringRef.MaxDefinedBytes + 1), mayDefine: true, out _));

        for (var i = 1; i < StringRef.MaxDefinitions; i++)
            inbound.Define("x");
        Assert.Throws<WireFormatException>(() => inbound.Define("one too many"));
        Assert.Throws<WireFormatException>(() => inbound.Get(StringRef.MaxDefinitions + StringRef.FirstDefined));
    }

    [Fact]
    public void Both_sides_of_a_handshake_need_the_same_cookie_and_a_proof_fits_only_its_own_exchange()
    {
        var hello = new Hello(Handshake.ProtocolVersion, "akka.tcp://rig@a:1", "akka.tcp://rig@b:2", 11, Handshake.NewNonce());
        var nonce = Handshake.NewNonce();
        var challenge = new Challenge(22, nonce, Handshake.CalledProof("secret", hello, 22, nonce));
        var decoded = Handshake.DecodeChallenge(Handshake.Encode(challenge));

        Assert.Equal(hello.Nonce, Handshake.DecodeHello(Handshake.Encode(hello)).Nonce);
        Assert.True(Handshake.SameProof(Handshake.CalledProof("secret", hello, decoded.Uid, decoded.Nonce), decoded.Proof));
        Assert.False(Handshake.SameProof(Handshake.CalledProof("other", hello, decoded.Uid, decoded.Nonce), decoded.Proof));
        Assert.False(Handshake.SameProof(Handshake.CallerProof("secret", hello, challenge), Handshake.CallerProof("secret", hello with { Uid = 12 }, challenge)));
        // A called side's proof sent back is no proof of the caller.
        Assert.False(Handshake.SameProof(Handshake.CallerProof("secret", hello, challenge), challenge.Proof));
    }

    internal static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    internal static void CleanOrRefused(Action decode)
    {
        try
        {
            decode();
        }
        catch (WireFormatException)
        {
            // The one allowed way to fail.
        }
    }
}
