using System.Runtime.InteropServices;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// Gives pictures to the process at a pipe's other end without copying them: the pipe refers to their memory (vmsplice(2)), and
/// the process copies from there. A picture must not change before the process has read it, so it is handed back only when the
/// pipe's fill (FIONREAD) shows that all of it has been. One thread writes; any may ask for what has been read.
/// </summary>
/// <param name="pipe">Its writing end, which this closes.</param>
internal sealed class SplicedPipe(SafeHandle pipe) : IDisposable
{
    /// <summary>So many pictures are left unasked about: asking takes the pipe's lock, which the process holds while it copies.</summary>
    private const int Unasked = 1;

    private readonly object gate = new();
    private readonly Queue<(long EndOffset, Yuv420Frame Picture, Action<Yuv420Frame> OnRead)> inPipe = [];
    private long writtenBytes;
    private bool closed;

    /// <summary>
    /// Waits while the pipe is full. <paramref name="onRead"/> is called for this picture, also after an error, by
    /// <see cref="HandBackRead"/> or <see cref="HandBackAll"/>, on their thread.
    /// </summary>
    /// <exception cref="PosixException">The process is gone.</exception>
    internal unsafe void Write(Yuv420Frame picture, Action<Yuv420Frame> onRead)
    {
        HandBackRead();
        lock (gate)
        {
            inPipe.Enqueue((writtenBytes + picture.Data.Length, picture, onRead));
        }

        // The picture's memory never moves, see Yuv420Frame.
        fixed (byte* data = picture.Data)
        {
            for (var at = 0; at < picture.Data.Length;)
            {
                var part = new Libc.IoVec { Base = data + at, Length = (nuint)(picture.Data.Length - at) };
                var spliced = Libc.VmSplice(pipe, &part, 1, 0);
                if (spliced >= 0)
                {
                    at += (int)spliced;
                    Interlocked.Add(ref writtenBytes, spliced);
                }
                else if (Marshal.GetLastPInvokeError() != PosixException.Eintr)
                {
                    throw PosixException.Last("Giving the encoder a picture failed");
                }
            }
        }
    }

    /// <summary>Hands back the pictures that the process has read to their end, where more than one waits for that.</summary>
    internal unsafe void HandBackRead()
    {
        lock (gate)
        {
            if (closed || inPipe.Count <= Unasked)
            {
                return;
            }

            // In this order: what is written meanwhile counts as unread and makes the answer too small, never too large.
            var written = Interlocked.Read(ref writtenBytes);
            int unread;
            if (Libc.Ioctl(pipe, Libc.FIONREAD, &unread) == 0)
            {
                HandBack(written - unread);
            }
        }
    }

    /// <summary>Hands back every picture; only once the process has ended, for it could still read them.</summary>
    internal void HandBackAll()
    {
        lock (gate)
        {
            HandBack(long.MaxValue);
        }
    }

    /// <summary>Closes the pipe: the process reads what is in it, then sees its end.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            pipe.Dispose();
        }
    }

    private void HandBack(long readBytes)
    {
        while (inPipe.TryPeek(out var first) && first.EndOffset <= readBytes)
        {
            inPipe.Dequeue();
            first.OnRead(first.Picture);
        }
    }
}
