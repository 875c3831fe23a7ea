using System.Diagnostics;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;

namespace Rig.CameraNode.Frames;

/// <summary>The video node's own cameras, for stills.</summary>
internal static class StillCameras
{
    /// <exception cref="InvalidDataException">There is no such source here.</exception>
    public static IStillCamera Create(CameraOptions camera, int quality)
    {
        var request = camera.Configure("CAM_C");
        return FrameSources.IsLive(camera.Source) ? new LiveStill(() => FrameSources.Open(request), camera.Width, camera.Height, quality) : new DrawnStill(FrameSources.Create(request), quality);
    }
}

/// <summary>A camera without a driver, which draws or plays.</summary>
internal sealed class DrawnStill : IStillCamera
{
    private readonly IFrameSource source;
    private readonly StillEncoder encoder;
    private readonly Yuv420Frame frame;
    private readonly long begin = Stopwatch.GetTimestamp();
    private readonly int quality;

    public DrawnStill(IFrameSource source, int quality)
    {
        (this.source, this.quality) = (source, quality);
        encoder = new StillEncoder(source.Width, source.Height);
        frame = new Yuv420Frame(source.Width, source.Height);
        source.BeginTake("", DateTimeOffset.UnixEpoch);
    }

    public int Width => source.Width;

    public int Height => source.Height;

    public Task<(byte[] Jpeg, int Quality)> TakeAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            source.Fill(frame, Stopwatch.GetElapsedTime(begin));
            return (encoder.Encode(frame, quality), quality);
        },
        cancellationToken);

    public void Dispose()
    {
        source.Dispose();
        encoder.Dispose();
    }
}

/// <summary>
/// A camera with a driver: opened for each picture where they are rare, so that it rests in between, and kept open in a burst. The first
/// pictures after opening are let go, until exposure has settled.
/// </summary>
internal sealed class LiveStill(Func<ILiveSource> open, int width, int height, int quality) : IStillCamera
{
    private const int SettlingPictures = 8;
    private static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(5);

    private readonly StillEncoder encoder = new(width, height);
    private readonly Yuv420Frame frame = new(width, height);
    private ILiveSource? source;
    private long lastTakenMs = long.MinValue / 2;

    public int Width => width;

    public int Height => height;

    public Task<(byte[] Jpeg, int Quality)> TakeAsync(CancellationToken cancellationToken) => Task.Run(Take, cancellationToken);

    public void Dispose()
    {
        source?.Dispose();
        encoder.Dispose();
    }

    private (byte[] Jpeg, int Quality) Take()
    {
        try
        {
            var fresh = source is null;
            source ??= open();

            // What the driver has in its buffers is as old as the last time.
            for (var passed = 0; passed < (fresh ? SettlingPictures : 4); passed++)
            {
                source.TryTake(FrameTimeout)?.Release();
            }

            var picture = source.TryTake(FrameTimeout) ?? throw new IOException("The camera delivered no picture in time.");
            try
            {
                picture.CopyTo(frame);
            }
            finally
            {
                picture.Release();
            }

            var now = Environment.TickCount64;
            if (now - lastTakenMs > FrameTimeout.TotalMilliseconds)
            {
                Close();
            }

            lastTakenMs = now;
            return (encoder.Encode(frame, quality), quality);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Close();
            throw new IOException(e.Message, e);
        }
    }

    private void Close()
    {
        source?.Dispose();
        source = null;
    }
}

/// <summary>The pipeline's pictures as JPEG files of the same size.</summary>
internal sealed class StillEncoder(int width, int height) : IDisposable
{
    private readonly Downscaler colours = new(width, height);
    private readonly JpegCompressor jpeg = new();

    public byte[] Encode(Yuv420Frame frame, int quality) => jpeg.Compress(colours.ToRgb(frame), width, height, quality);

    public void Dispose() => jpeg.Dispose();
}
