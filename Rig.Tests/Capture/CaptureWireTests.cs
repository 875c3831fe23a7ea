using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;

namespace Rig.Tests.Capture;

public sealed class CaptureWireTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        using var stream = new MemoryStream();
        var frame = new EncodedFrame(7, 8_000_000_001, 9_000_000_002, true, new byte[] { 1, 2, 3 });
        CaptureWire.WriteFrame(stream, frame);
        CaptureWire.Write(stream, CaptureMessageType.Dropped, new CaptureDropped(3, DropCause.SourceLate), CaptureJson.Default.CaptureDropped);
        stream.Position = 0;
        var buffer = new byte[4];
        var first = CaptureWire.Read(stream, ref buffer)!.Value.Frame();
        Assert.Equal(frame with { Data = default }, first with { Data = default });
        Assert.Equal([1, 2, 3], first.Data.ToArray());
        Assert.Equal(new CaptureDropped(3, "source_late"), CaptureWire.Read(stream, ref buffer)!.Value.Json(CaptureJson.Default.CaptureDropped));
        Assert.Null(CaptureWire.Read(stream, ref buffer));
    }

    [Fact]
    public void Any_bytes_are_a_message_the_end_or_a_clear_refusal_and_never_cost_more_than_the_limit()
    {
        for (var seed = 1; seed <= 3000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            if (bytes.Length > 5 && seed % 3 > 0)
            {
                // Mostly plausible heads, so that the bodies are reached.
                BitConverter.TryWriteBytes(bytes, (uint)random.Next(0, bytes.Length));
                bytes[4] = (byte)(seed % 2 == 0 ? random.Next(1, 5) : random.Next(64, 71));
            }

            using var stream = new MemoryStream(bytes);
            var buffer = new byte[16];
            try
            {
                while (CaptureWire.Read(stream, ref buffer) is { } message)
                {
                    _ = message.Type == CaptureMessageType.Frame ? message.Frame().Number : message.Json(CaptureJson.Default.CaptureDropped).Count;
                }
            }
            catch (InvalidDataException)
            {
            }

            Assert.True(buffer.Length <= CaptureWire.MaxFrameBytes, $"seed {seed}");
        }
    }

    [Fact]
    public void A_message_over_its_limit_is_refused_by_both_sides()
    {
        using var stream = new MemoryStream();
        Assert.Throws<InvalidDataException>(() => CaptureWire.Write(stream, CaptureMessageType.Preview, new byte[CaptureWire.MaxPreviewBytes + 1]));
        stream.Write([0xFF, 0xFF, 0xFF, 0x7F, (byte)CaptureMessageType.Frame]);
        stream.Position = 0;
        var buffer = new byte[16];
        Assert.Throws<InvalidDataException>(() => CaptureWire.Read(stream, ref buffer));
        Assert.Equal(16, buffer.Length);
    }
}
