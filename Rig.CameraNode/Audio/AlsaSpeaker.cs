using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Audio;

/// <summary>
/// Plays signals one after the other on a thread of its own. A signal that is due long ago, or comes while many wait, is left out:
/// a late tone says something that is no longer so.
/// </summary>
internal sealed class AlsaSpeaker : ISpeaker, IDisposable
{
    private const int MaxWaiting = 8;
    private const long OpenAheadNs = 300_000_000;
    private const long TooLateNs = 5_000_000_000;

    private readonly AudioOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<AlsaSpeaker> logger;
    private readonly Channel<(Signal Signal, long AtNs)> waiting =
        Channel.CreateBounded<(Signal, long)>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public AlsaSpeaker(IOptions<AudioOptions> options, TimeProvider clock, ILogger<AlsaSpeaker> logger)
    {
        (this.options, this.clock, this.logger) = (options.Value, clock, logger);
        if (this.options.Enabled)
        {
            new Thread(Run) { IsBackground = true, Name = "speaker" }.Start();
        }
    }

    public void Play(Signal signal, DateTimeOffset? at = null)
    {
        if (options.Enabled && !options.Silent.Contains(signal))
        {
            waiting.Writer.TryWrite((signal, at is { } wall ? MonotonicClock.At(wall, clock) : MonotonicClock.NowNs));
        }
    }

    public void Dispose() => waiting.Writer.TryComplete();

    private void Run()
    {
        var reader = waiting.Reader;
        string? told = null;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out var next))
            {
                if (MonotonicClock.NowNs > next.AtNs + TooLateNs)
                {
                    continue;
                }

                try
                {
                    Posix.SleepUntil(next.AtNs - OpenAheadNs);
                    using var pcm = AlsaPcm.Open(options.Device);
                    var samples = Tones.Synthesise(Tones.Of(next.Signal), options.VolumePercent);
                    Posix.SleepUntil(next.AtNs);
                    pcm.Play(samples);
                    told = null;
                }
                catch (Exception e) when (e is IOException or DllNotFoundException or EntryPointNotFoundException)
                {
                    // The same reason again is not worth a line for each tone.
                    if (e.Message != told)
                    {
                        logger.LogInformation("No tones are heard: {Reason}", e is IOException ? e.Message : "the ALSA library (libasound2) is not installed");
                        told = e.Message;
                    }
                }
            }
        }
    }
}
