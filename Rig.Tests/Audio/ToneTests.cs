using System.Diagnostics;
using System.Runtime.InteropServices;
using Rig.Actors.Recording;
using Rig.CameraNode.Audio;
using Rig.CameraNode.Cameras;
using Rig.Tests.Support;

namespace Rig.Tests.Audio;

public sealed class ToneTests
{
    public static TheoryData<Signal> AllSignals() => [.. Enum.GetValues<Signal>()];

    [Theory]
    [MemberData(nameof(AllSignals))]
    public void Every_signal_sounds_as_written_and_never_clicks(Signal signal)
    {
        var tones = Tones.Of(signal);
        var samples = Tones.Synthesise(tones, 80);
        AssertHeard(tones, samples);
        Assert.InRange(samples.Max(s => Math.Abs((int)s)), 0.75 * short.MaxValue, (0.8 * short.MaxValue) + 1);

        // A sine of 1200 Hz at full scale moves by a sixth of it from sample to sample; a click is more.
        Assert.All(samples.Zip(samples.Skip(1)), pair => Assert.InRange(Math.Abs(pair.Second - pair.First), 0, short.MaxValue / 6));
        Assert.Equal((0, 0), (samples[0], samples[^1]));
    }

    [Fact]
    public void The_start_rises_and_the_stop_falls()
    {
        Assert.Equal([new Tone(600, 150), new Tone(900, 200)], Tones.Of(Signal.Start));
        Assert.Equal([new Tone(900, 150), new Tone(600, 200)], Tones.Of(Signal.Stop));
    }

    [Fact]
    public async Task A_signal_goes_through_alsa_to_the_device_that_was_named()
    {
        using var folder = new TempFolder("rig-tone");
        var raw = folder.File("heard.raw");
        await File.WriteAllTextAsync(folder.File("asound.conf"), $$"""
            pcm.rigtest { type file slave.pcm { type null } file "{{raw}}" format "raw" }
            """);
        var command = CaptureProcess.OwnCommand();
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1).Take(command.Count - 2), "tone", "Start", "--device", "rigtest", "--volume", "50"]) { RedirectStandardError = true };
        start.Environment["ALSA_CONFIG_PATH"] = folder.File("asound.conf");
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(process.ExitCode == 0, errors);
        AssertHeard(Tones.Of(Signal.Start), MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(raw)).ToArray());
    }

    [Fact]
    public void A_device_that_is_not_there_is_told_in_words() =>
        Assert.Contains("no-such-device", Assert.Throws<IOException>(() => AlsaPcm.Open("no-such-device")).Message, StringComparison.Ordinal);

    /// <summary>In the middle of each tone its frequency is far stronger than any other that signals use.</summary>
    private static void AssertHeard(IReadOnlyList<Tone> tones, short[] samples)
    {
        int[] frequencies = [300, 400, 500, 600, 800, 900, 1200];
        var atMs = 0;
        foreach (var tone in tones)
        {
            var from = (atMs + Tones.EnvelopeMs) * Tones.SampleRateHz / 1000;

            // A whole number of periods of 100 Hz, so that the frequencies do not leak into one another.
            var length = Tones.SampleRateHz / 100 * ((tone.DurationMs - (2 * Tones.EnvelopeMs)) / 10);
            var part = samples.AsSpan(from, length).ToArray();
            var own = Goertzel(part, tone.FrequencyHz);
            Assert.All(frequencies.Where(f => f != tone.FrequencyHz), other => Assert.True(own > 1000 * Goertzel(part, other), $"{other} Hz is heard in {tone}"));
            atMs += tone.DurationMs + Tones.PauseMs;
        }

        Assert.InRange(samples.Length, (atMs - Tones.PauseMs) * Tones.SampleRateHz / 1000, ((atMs - Tones.PauseMs) * Tones.SampleRateHz / 1000) + (Tones.SampleRateHz / 4));
    }

    /// <summary>Power at one frequency (Goertzel, American Mathematical Monthly 65, 1958).</summary>
    private static double Goertzel(short[] samples, double frequencyHz)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * frequencyHz / Tones.SampleRateHz);
        double s1 = 0, s2 = 0;
        foreach (var sample in samples)
        {
            (s1, s2) = (sample + (coefficient * s1) - s2, s1);
        }

        return (s1 * s1) + (s2 * s2) - (coefficient * s1 * s2);
    }
}
