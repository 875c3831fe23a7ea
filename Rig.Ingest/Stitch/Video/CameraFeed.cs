using System.Threading.Channels;

namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// Plays a camera's takes along the session's clock, decoding a few frames ahead. In a hole the last frame stands for a moment, then
/// there is none.
/// </summary>
internal sealed class CameraFeed : IAsyncDisposable
{
    /// <summary>Longer than a dropped frame, too short to mislead anybody who watches.</summary>
    private const double HoldSeconds = 2;
    private const int FramesAhead = 4;

    /// <summary>What is skipped of a take is sought rather than decoded from this on.</summary>
    private const double SoughtSecondsMin = 2;

    private readonly Channel<(double Seconds, VideoFrame Frame)> ahead = Channel.CreateBounded<(double, VideoFrame)>(
        new BoundedChannelOptions(FramesAhead) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource stop;
    private readonly Task decoding;
    private (double Seconds, VideoFrame? Frame) current = (double.NegativeInfinity, null);
    private (double Seconds, VideoFrame? Frame) next = (double.NegativeInfinity, null);
    private bool started;

    /// <param name="correctionSeconds">Added to the camera's times.</param>
    public CameraFeed(CameraTimeline camera, double correctionSeconds, CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        decoding = Task.Run(() => DecodeAsync(camera, correctionSeconds, stop.Token), CancellationToken.None);
    }

    /// <summary>The frame nearest to this instant, which may only grow from call to call; valid until the next call.</summary>
    public async ValueTask<VideoFrame?> AtAsync(double seconds, CancellationToken cancellationToken)
    {
        if (!started)
        {
            started = true;
            next = await TakeAsync(cancellationToken);
        }

        while (next.Frame is not null && Math.Abs(next.Seconds - seconds) <= Math.Abs(current.Seconds - seconds))
        {
            current.Frame?.Dispose();
            current = next;
            next = await TakeAsync(cancellationToken);
        }

        var nearest = current.Frame is not null ? current : next;
        return nearest.Frame is not null && Math.Abs(nearest.Seconds - seconds) <= HoldSeconds ? nearest.Frame : null;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await decoding;
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidDataException)
        {
            // The reader of the feed has seen it, or no longer cares.
        }

        current.Frame?.Dispose();
        next.Frame?.Dispose();
        while (ahead.Reader.TryRead(out var left))
        {
            left.Frame.Dispose();
        }

        stop.Dispose();
    }

    private async ValueTask<(double Seconds, VideoFrame? Frame)> TakeAsync(CancellationToken cancellationToken)
    {
        while (await ahead.Reader.WaitToReadAsync(cancellationToken))
        {
            if (ahead.Reader.TryRead(out var frame))
            {
                return frame;
            }
        }

        return (double.PositiveInfinity, null);
    }

    private async Task DecodeAsync(CameraTimeline camera, double correctionSeconds, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var piece in camera.Pieces)
            {
                using var reader = VideoReader.Open(piece.Path);
                if (piece.SkippedSeconds > SoughtSecondsMin)
                {
                    reader.Seek(piece.SkippedSeconds - SoughtSecondsMin);
                }

                while (reader.Read() is { } frame)
                {
                    // To half a frame: the one before has been shown, by the take that ended there.
                    if (frame.Seconds < piece.SkippedSeconds - (0.5 / camera.FramesPerSecond))
                    {
                        frame.Dispose();
                        cancellationToken.ThrowIfCancellationRequested();
                        continue;
                    }

                    try
                    {
                        await ahead.Writer.WriteAsync((piece.StartSeconds + frame.Seconds + correctionSeconds, frame), cancellationToken);
                    }
                    catch
                    {
                        frame.Dispose();
                        throw;
                    }
                }
            }

            ahead.Writer.Complete();
        }
        catch (Exception e)
        {
            ahead.Writer.Complete(e);
            throw;
        }
    }
}
