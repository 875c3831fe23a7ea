using System.Text.Json.Serialization.Metadata;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Capture;

/// <summary>
/// What the capture process says to the node. Any thread may speak; a message is never torn. When the node does not read, the
/// speaker waits: that is how a full disk queue there becomes dropped and counted frames here.
/// </summary>
internal sealed class CaptureOutput(Stream stream)
{
    private readonly object gate = new();
    private readonly List<(long Slot, string Cause)> dropped = [];

    internal void Send<T>(CaptureMessageType type, T message, JsonTypeInfo<T> json)
    {
        lock (gate)
        {
            CaptureWire.Write(stream, type, message, json);
        }
    }

    internal void SendPreview(byte[] jpeg)
    {
        lock (gate)
        {
            CaptureWire.Write(stream, CaptureMessageType.Preview, jpeg);
        }
    }

    /// <summary>Remembers an empty slot; it is told before the next frame that follows it. Never waits for the node.</summary>
    internal void Drop(long slot, string cause)
    {
        lock (dropped)
        {
            dropped.Add((slot, cause));
        }
    }

    internal void SendFrame(EncodedFrame frame)
    {
        lock (gate)
        {
            TellDropped(before: frame.Number);
            CaptureWire.WriteFrame(stream, frame);
        }
    }

    internal void SendTakeEnded(CaptureTakeEnded ended)
    {
        lock (gate)
        {
            TellDropped(before: long.MaxValue);
            CaptureWire.Write(stream, CaptureMessageType.TakeEnded, ended, CaptureJson.Default.CaptureTakeEnded);
        }
    }

    private void TellDropped(long before)
    {
        List<(string Cause, int Count)> causes;
        lock (dropped)
        {
            if (dropped.Count == 0)
            {
                return;
            }

            causes = [.. dropped.Where(d => d.Slot < before).GroupBy(d => d.Cause).Select(g => (g.Key, g.Count()))];
            dropped.RemoveAll(d => d.Slot < before);
        }

        foreach (var (cause, count) in causes)
        {
            CaptureWire.Write(stream, CaptureMessageType.Dropped, new CaptureDropped(count, cause), CaptureJson.Default.CaptureDropped);
        }
    }
}
