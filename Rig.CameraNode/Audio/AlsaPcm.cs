using System.Runtime.InteropServices;

namespace Rig.CameraNode.Audio;

/// <summary>An open ALSA playback device: 16-bit mono at <see cref="Tones.SampleRateHz"/>.</summary>
internal sealed class AlsaPcm() : SafeHandle(0, ownsHandle: true)
{
    /// <summary>Short enough that a tone ordered for an instant is heard at it, long enough for a busy machine.</summary>
    private const uint LatencyUs = 50_000;

    public override bool IsInvalid => handle == 0;

    /// <exception cref="IOException">There is no such device, or it is in use.</exception>
    /// <exception cref="DllNotFoundException">The machine has no ALSA library.</exception>
    internal static AlsaPcm Open(string device)
    {
        Alsa.BeQuiet();
        Check(Alsa.Open(out var pcm, device, Alsa.PlaybackStream, 0), $"opening the sound device {device}");
        try
        {
            Check(
                Alsa.SetParameters(pcm, Alsa.FormatS16LittleEndian, Alsa.AccessInterleaved, 1, Tones.SampleRateHz, resample: 1, LatencyUs),
                $"setting up the sound device {device}");
            return pcm;
        }
        catch
        {
            pcm.Dispose();
            throw;
        }
    }

    /// <summary>Plays the samples and returns when they were heard.</summary>
    internal void Play(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            var written = Alsa.Write(this, ref MemoryMarshal.GetReference(samples), (nuint)samples.Length);
            if (written < 0)
            {
                Check(Alsa.Recover(this, (int)written, silent: 1), "playing");
                continue;
            }

            samples = samples[(int)written..];
        }

        Check(Alsa.Drain(this), "playing");
    }

    protected override bool ReleaseHandle() => Alsa.Close(handle) == 0;

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new IOException($"{char.ToUpperInvariant(what[0])}{what[1..]} failed: {Marshal.PtrToStringUTF8(Alsa.ErrorText(result))}");
        }
    }
}
