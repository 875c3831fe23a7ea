using Rig.Actors.Recording;

namespace Rig.CameraNode.Audio;

/// <summary>A sine of one frequency.</summary>
internal readonly record struct Tone(int FrequencyHz, int DurationMs);

/// <summary>The tones of each signal. Pure.</summary>
internal static class Tones
{
    internal const int SampleRateHz = 44_100;

    /// <summary>Silence between two tones of a signal.</summary>
    internal const int PauseMs = 50;

    /// <summary>A tone swells and fades this long, so that it does not click.</summary>
    internal const int EnvelopeMs = 10;

    internal static IReadOnlyList<Tone> Of(Signal signal) => signal switch
    {
        Signal.Startup => [new(400, 150), new(500, 150), new(600, 150), new(800, 150)],
        Signal.Start => [new(600, 150), new(900, 200)],
        Signal.Stop => [new(900, 150), new(600, 200)],
        Signal.Error => Repeat(3, new(300, 200)),
        Signal.Warning => Repeat(2, new(500, 150)),
        Signal.Sync => [new(1200, 100)],
        Signal.BatteryLow => Repeat(2, new(400, 500)),
        Signal.BatteryCritical => Repeat(4, new(300, 300)),
        Signal.TooHot => Repeat(3, new(600, 200)),
        Signal.FramingDetected => [new(600, 100)],
        Signal.FramingGood => Repeat(2, new(800, 100)),
        Signal.FramingLost => [new(400, 200)],
        Signal.FramingConfirmed => [new(600, 100), new(800, 100), new(1000, 150)],
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "There are no tones for it."),
    };

    /// <summary>16-bit mono samples at <see cref="SampleRateHz"/>.</summary>
    /// <param name="volumePercent">0 to 100, of full scale.</param>
    internal static short[] Synthesise(IReadOnlyList<Tone> tones, int volumePercent)
    {
        var samples = new List<short>();
        foreach (var tone in tones)
        {
            if (samples.Count > 0)
            {
                samples.AddRange(new short[Samples(PauseMs)]);
            }

            var (count, swell) = (Samples(tone.DurationMs), Samples(EnvelopeMs));
            for (var i = 0; i < count; i++)
            {
                var envelope = Math.Min(1, Math.Min(i, count - 1 - i) / (double)swell);
                samples.Add((short)Math.Round(short.MaxValue * volumePercent / 100.0 * envelope * Math.Sin(2 * Math.PI * tone.FrequencyHz * i / SampleRateHz)));
            }
        }

        return [.. samples];
    }

    private static int Samples(int ms) => SampleRateHz * ms / 1000;

    private static Tone[] Repeat(int count, Tone tone) => [.. Enumerable.Repeat(tone, count)];
}
