using Rig.Actors.Recording;

namespace Rig.CameraNode.Framing;

/// <summary>
/// While it runs, looks twice a second and says by tones how the aim changes. It ends by itself: when a take begins, so that no
/// tone is on a recording, and after a quarter of an hour.
/// </summary>
internal sealed class FramingAssist(FramingWatch watch, PublishedNode node, ISpeaker speaker, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<FramingAssist> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    // Counts starts and stops; a loop that finds another number than its own ends.
    private long turn;
    private volatile bool running;
    private volatile FramingCues cues = FramingCues.None;

    public bool IsRunning => running;

    /// <summary>The aim was good for long enough since the assistant was started.</summary>
    public bool IsConfirmed => running && cues.Confirmed;

    /// <summary>Begins, or begins again where it runs already.</summary>
    public void Start()
    {
        var own = Interlocked.Increment(ref turn);
        (running, cues) = (true, FramingCues.None);
        _ = RunAsync(own);
    }

    public void Stop()
    {
        Interlocked.Increment(ref turn);
        running = false;
    }

    private async Task RunAsync(long own)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var began = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(lifetime.ApplicationStopping)
                && Interlocked.Read(ref turn) == own && time.GetElapsedTime(began) < Longest && !node.IsRecording)
            {
                if (watch.Look().Result is { } result)
                {
                    var (next, sound) = cues.See(result.Status, time.GetUtcNow());
                    cues = next;
                    if (sound is { } signal)
                    {
                        speaker.Play(signal);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node is being switched off.
        }
        catch (Exception e)
        {
            logger.LogError(e, "The help to aim the camera ended");
        }

        if (Interlocked.Read(ref turn) == own)
        {
            running = false;
        }
    }
}
