using FFMpegCore;
using FFMpegCore.Exceptions;

namespace Rig.Media;

/// <summary>One run of ffmpeg by FFMpegCore that can be ended at any time and fails with a sentence.</summary>
internal sealed class FfmpegRun
{
    /// <summary>FFMpegCore keeps every line of ffmpeg's error output in memory; a file that asks for more is given up.</summary>
    private const int ComplaintsMax = 100_000;
    private readonly FFMpegArgumentProcessor processor;
    private readonly string work;
    private readonly Complaints complaints;
    private readonly Action cancel;
    private volatile bool stopping;

    /// <param name="subject">The file that the work is about.</param>
    /// <param name="work">What an error message calls it.</param>
    public FfmpegRun(FFMpegArgumentProcessor processor, string subject, string work)
    {
        (this.processor, this.work, complaints) = (processor, work, new Complaints(subject, Path.GetFileName(subject)));
        processor.CancellableThrough(out cancel, gracePeriod: TimeSpan.Zero).NotifyOnStandardError(Complain);
        Ended = Task.Run(RunAsync);
    }

    /// <summary>Fails with a <see cref="MediaException"/>, or is cancelled after <see cref="StopAsync"/>.</summary>
    public Task Ended { get; }

    /// <summary>Options of every run: says nothing but errors, reads nothing from the terminal.</summary>
    public static string Quiet => "-hide_banner -nostdin -loglevel error";

    /// <exception cref="MediaException">ffmpeg failed.</exception>
    /// <exception cref="TimeoutException">It took too long; it is gone now.</exception>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await Ended.WaitAsync(timeout, cancellationToken);
        }
        catch (Exception e) when (!Ended.IsCompleted && e is TimeoutException or OperationCanceledException)
        {
            await StopAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"{work} took ffmpeg longer than {timeout.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>Kills ffmpeg, and returns when it is gone.</summary>
    public async Task StopAsync()
    {
        stopping = true;
        try
        {
            cancel();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The process has just ended.
        }

        await Ended.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private async Task RunAsync()
    {
        try
        {
            await processor.ProcessAsynchronously(throwOnError: true, FfmpegPrograms.Options());
        }
        catch (Exception) when (stopping && complaints.Count < ComplaintsMax)
        {
            throw new OperationCanceledException();
        }
        catch (Exception e) when (e is FFMpegException or OperationCanceledException or (IOException and not MediaException))
        {
            throw new MediaException($"{work} failed in ffmpeg: {complaints}.", e);
        }
    }

    private void Complain(string line)
    {
        complaints.Add(line);
        if (complaints.Count == ComplaintsMax)
        {
            _ = StopAsync();
        }
    }
}
