using Rig.CameraNode.Capture;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Probe;

/// <summary>
/// The camera's side of a measurement: some of its pictures to encode, and all of its work beside the encoder, as in a take. A
/// thread of its own takes or draws pictures at the mode's rate until disposal.
/// </summary>
internal sealed class ProbeFeed : IDisposable
{
    private const long MostBytes = 192L << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly Func<Yuv420Frame, TimeSpan, bool> next;
    private readonly IDisposable source;
    private readonly Yuv420Frame work;
    private readonly Thread worker;
    private readonly bool isLive;
    private long delivered;
    private long countedSinceNs;
    private volatile bool stopping;

    /// <param name="next">Fills the next picture, or says that none came in time.</param>
    private ProbeFeed(IDisposable source, bool isLive, int width, int height, Func<Yuv420Frame, TimeSpan, bool> next)
    {
        (this.source, this.isLive, this.next) = (source, isLive, next);
        work = new Yuv420Frame(width, height);
        var pictures = new List<Yuv420Frame>();
        try
        {
            for (var left = Math.Clamp((int)(MostBytes / work.Data.Length), 2, 24); left > 0; left--)
            {
                var picture = new Yuv420Frame(width, height);
                if (!next(picture, Timeout))
                {
                    throw new CameraFaultException(DropCause.CameraStalled, "The camera delivers no pictures.");
                }

                pictures.Add(picture);
            }
        }
        catch
        {
            source.Dispose();
            throw;
        }

        Pictures = pictures;
        countedSinceNs = MonotonicClock.NowNs;
        worker = new Thread(Work) { IsBackground = true, Name = "probe feed" };
        worker.Start();
    }

    internal IReadOnlyList<Yuv420Frame> Pictures { get; }

    /// <summary>Why the camera stopped; null while it delivers.</summary>
    internal string? Failure { get; private set; }

    /// <exception cref="IOException">The camera is not there, or its driver refused.</exception>
    /// <exception cref="InvalidDataException">It has not this mode.</exception>
    internal static ProbeFeed Open(ConfigureCapture mode)
    {
        if (FrameSources.IsLive(mode.Source))
        {
            var camera = FrameSources.Open(mode);
            return new ProbeFeed(camera, true, mode.Width, mode.Height, (frame, timeout) => Take(camera, frame, timeout));
        }

        var drawn = FrameSources.Create(mode);
        var (startNs, n) = (MonotonicClock.NowNs, 0L);
        return new ProbeFeed(drawn, false, mode.Width, mode.Height, (frame, _) =>
        {
            // What it cannot draw in time it leaves out, as in a take.
            n = Math.Max(n, (MonotonicClock.NowNs - startNs) * mode.Fps / 1_000_000_000);
            Posix.SleepUntil(startNs + (n * 1_000_000_000 / mode.Fps));
            try
            {
                drawn.Fill(frame, TimeSpan.FromSeconds((double)n++ / mode.Fps));
            }
            catch (EndOfStreamException)
            {
                (startNs, n) = (MonotonicClock.NowNs, 0);
            }

            return true;
        });
    }

    /// <summary>Counts the camera's pictures from now on.</summary>
    internal void BeginCount()
    {
        Volatile.Write(ref delivered, 0);
        countedSinceNs = MonotonicClock.NowNs;
    }

    /// <summary>Pictures a second since <see cref="BeginCount"/>; null for a drawn camera, whose rate is the encoder's affair.</summary>
    internal double? CameraFps() => isLive ? Volatile.Read(ref delivered) * 1e9 / Math.Max(1, MonotonicClock.NowNs - countedSinceNs) : null;

    public void Dispose()
    {
        stopping = true;
        worker.Join();
        source.Dispose();
    }

    private static bool Take(ILiveSource camera, Yuv420Frame frame, TimeSpan timeout)
    {
        if (camera.TryTake(timeout) is not { } picture)
        {
            return false;
        }

        try
        {
            picture.CopyTo(frame);
            return true;
        }
        finally
        {
            picture.Release();
        }
    }

    private void Work()
    {
        try
        {
            while (!stopping)
            {
                if (next(work, TimeSpan.FromMilliseconds(100)))
                {
                    Interlocked.Increment(ref delivered);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Failure = e.Message;
        }
    }
}
