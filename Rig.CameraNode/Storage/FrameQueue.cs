using System.Buffers;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Storage;

/// <summary>
/// Encoded frames on their way from the capture process to the disk, bounded by bytes. When it is full the sender waits, which
/// makes the capture process drop and count frames; that takes a disk that stands still for many seconds.
/// </summary>
internal sealed class FrameQueue(int maxBytes)
{
    private readonly Queue<Item> items = new();
    private readonly object gate = new();
    private int bytes;
    private bool closed;

    /// <summary>The sender has to wait, or would have to soon.</summary>
    internal bool IsBacklogged
    {
        get
        {
            lock (gate)
            {
                return bytes > maxBytes / 2;
            }
        }
    }

    /// <summary>Copies the frame in; waits while the queue is full. After <see cref="Close"/> nothing is taken any more.</summary>
    internal void Enqueue(in EncodedFrame frame, string reasonForMissing)
    {
        var copy = ArrayPool<byte>.Shared.Rent(frame.Data.Length);
        frame.Data.Span.CopyTo(copy);
        lock (gate)
        {
            while (!closed && items.Count > 0 && bytes + frame.Data.Length > maxBytes)
            {
                Monitor.Wait(gate);
            }

            if (closed)
            {
                ArrayPool<byte>.Shared.Return(copy);
                return;
            }

            bytes += frame.Data.Length;
            items.Enqueue(new Item(frame with { Data = copy.AsMemory(0, frame.Data.Length) }, copy, reasonForMissing));
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>No frame follows; those queued are still handed out.</summary>
    internal void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits for the next frame and lends it for the call.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    internal bool TryTake(Action<EncodedFrame, string> take)
    {
        Item item;
        lock (gate)
        {
            while (items.Count == 0)
            {
                if (closed)
                {
                    return false;
                }

                Monitor.Wait(gate);
            }

            item = items.Dequeue();
        }

        take(item.Frame, item.ReasonForMissing);
        ArrayPool<byte>.Shared.Return(item.Rented);
        lock (gate)
        {
            bytes -= item.Frame.Data.Length;
            Monitor.PulseAll(gate);
        }

        return true;
    }

    private readonly record struct Item(EncodedFrame Frame, byte[] Rented, string ReasonForMissing);
}
