using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Capture;

/// <summary>Makes preview pictures beside the recording, on a thread of its own; a picture offered while it is busy is passed over.</summary>
internal sealed class PreviewSender
{
    internal const int MaxWidth = 480;

    private readonly CaptureOutput output;
    private readonly Yuv420Frame copy;
    private readonly int width;
    private readonly int height;
    private readonly object gate = new();
    private bool busy;

    internal PreviewSender(CaptureOutput output, int sourceWidth, int sourceHeight)
    {
        this.output = output;
        copy = new Yuv420Frame(sourceWidth, sourceHeight);
        width = Math.Min(MaxWidth, sourceWidth);
        height = Math.Max(2, width * sourceHeight / sourceWidth / 2 * 2);
        new Thread(Run) { IsBackground = true, Name = "preview" }.Start();
    }

    internal void Offer(Yuv420Frame frame)
    {
        lock (gate)
        {
            if (!busy)
            {
                frame.Data.CopyTo(copy.Data, 0);
                busy = true;
                Monitor.Pulse(gate);
            }
        }
    }

    private void Run()
    {
        using var jpeg = new JpegCompressor();
        var small = new Downscaler(width, height);
        while (true)
        {
            lock (gate)
            {
                while (!busy)
                {
                    Monitor.Wait(gate);
                }
            }

            output.SendPreview(jpeg.Compress(small.ToRgb(copy), width, height));
            lock (gate)
            {
                busy = false;
            }
        }
    }
}
