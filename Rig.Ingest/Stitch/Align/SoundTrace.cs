using System.Buffers.Binary;
using Rig.Ingest.Stitch.Video;
using Rig.Media;

namespace Rig.Ingest.Stitch.Align;

/// <summary>When it became louder at a camera: what whistles, kicks and shouts share in all cameras' sound, whatever their microphones are.</summary>
internal static class SoundTrace
{
    private const int Hz = 8000;
    private const int BlocksPerSecond = 50;
    private const int BlockBytes = Hz / BlocksPerSecond * 2;

    /// <summary>Of the trace, so that all shifts of an hour can be tried.</summary>
    public const double StepSeconds = 0.1;

    private const double BlocksPerStep = BlocksPerSecond * StepSeconds;

    /// <returns>Null for a camera without sound, or with one that cannot be decoded.</returns>
    public static Trace? Of(CameraTimeline camera, CancellationToken cancellationToken)
    {
        if (!camera.HasAudio)
        {
            return null;
        }

        var rises = new float[1 + (int)Math.Ceiling((camera.EndSeconds - camera.StartSeconds) / StepSeconds)];
        try
        {
            foreach (var piece in camera.Pieces)
            {
                using var sound = FrameReader.StartSound(piece.Path, Hz, piece.FirstSeconds);
                Add(sound, piece.StartSeconds - camera.StartSeconds, rises, cancellationToken);
            }
        }
        catch (MediaException)
        {
            return null;
        }

        var mean = rises.Average();
        return mean > 0 ? new Trace(camera.StartSeconds, StepSeconds, [[.. rises.Select(rise => rise - mean)]]) : null;
    }

    private static void Add(FrameReader sound, double fromSeconds, float[] rises, CancellationToken cancellationToken)
    {
        var block = new byte[BlockBytes];
        var before = 0.0;
        for (var i = 0; sound.Read(block); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var energy = 0.0;
            for (var at = 0; at < BlockBytes; at += 2)
            {
                var sample = BinaryPrimitives.ReadInt16LittleEndian(block.AsSpan(at));
                energy += (double)sample * sample;
            }

            // By the logarithm: one microphone is nearer than the other.
            var loudness = Math.Log10(1 + Math.Sqrt(energy / (BlockBytes / 2)));
            var step = (int)((fromSeconds / StepSeconds) + (i / BlocksPerStep));
            if (i > 0 && step >= 0 && step < rises.Length)
            {
                rises[step] += (float)Math.Max(0, loudness - before);
            }

            before = loudness;
        }
    }
}
