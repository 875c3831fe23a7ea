using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Modes;

/// <param name="Steps">What was wanted more and why it is not taken, in the order in which it was looked at.</param>
internal sealed record ChosenMode(EncoderSettings Settings, string Encoder, IReadOnlyList<string> Steps);

/// <summary>
/// Chooses among measured modes: the wanted one with H.265, then with H.264, then the largest lower one. Pure.
/// </summary>
internal static class ModeChoice
{
    /// <param name="camera">Of the proofs only those of this camera count; null for any.</param>
    /// <param name="encoders">What the machine has, in the order in which it is wanted.</param>
    /// <exception cref="InvalidDataException">Nothing measured is good enough; the message says what to do.</exception>
    internal static ChosenMode Choose(
        EncoderSettings wanted, string source, string? camera, IReadOnlyList<EncoderKind> encoders, IReadOnlyList<ModeProof> proofs, MachineFingerprint machine)
    {
        var mine = proofs.Where(p => p.Source == source && (camera is null || p.Camera == camera)).ToList();
        var allowed = encoders.Where(e => wanted.Codec == VideoCodec.H265 || e.Codec == VideoCodec.H264).ToList();
        var steps = new List<string>();
        foreach (var encoder in allowed)
        {
            var settings = wanted with { Codec = encoder.Codec };
            var proof = mine.Where(p => Covers(p, settings, encoder)).MaxBy(p => p.MeasuredAt);
            if (Objection(proof, machine) is not { } objection)
            {
                return new ChosenMode(settings, encoder.Id, steps);
            }

            steps.Add($"{Name(settings)} by {encoder.Id}: {objection}.");
        }

        if (allowed.Count == 0)
        {
            steps.Add($"This machine has no encoder for {wanted.Codec.Name()}; install ffmpeg.");
        }

        var lower = mine.Where(p => Rate(p.Width, p.Height, p.Fps) < Rate(wanted.Width, wanted.Height, wanted.Fps) && Objection(p, machine) is null)
            .Where(p => p.BitrateMbps >= wanted.BitrateMbps && (p.Preset == wanted.Preset || !Encoders.IsSoftware(p.Encoder)))
            .Select(p => (Proof: p, Encoder: allowed.FirstOrDefault(e => e.Id == p.Encoder && e.Codec.Name() == p.Codec)))
            .Where(p => p.Encoder is not null)
            .OrderByDescending(p => p.Proof.Fps == wanted.Fps).ThenByDescending(p => Rate(p.Proof.Width, p.Proof.Height, p.Proof.Fps)).ThenByDescending(p => p.Encoder!.Codec)
            .FirstOrDefault();
        return lower.Encoder is { } best
            ? new ChosenMode(wanted with { Codec = best.Codec, Width = lower.Proof.Width, Height = lower.Proof.Height, Fps = lower.Proof.Fps }, best.Id, steps)
            : throw new InvalidDataException(
                $"{wanted.Width}x{wanted.Height} at {wanted.Fps} is not offered, because nothing shows that this machine keeps up with it: {string.Join(" ", steps)} Stop rig-node and run 'rig-node probe'.");
    }

    /// <summary>The measured modes that can be recorded now.</summary>
    internal static IReadOnlyList<ModeProof> Offered(string source, IReadOnlyList<ModeProof> proofs, MachineFingerprint machine) =>
        [.. proofs.Where(p => p.Source == source && Objection(p, machine) is null).OrderByDescending(p => Rate(p.Width, p.Height, p.Fps)).ThenBy(p => p.Encoder, StringComparer.Ordinal)];

    internal static string Name(EncoderSettings settings) => $"{settings.Width}x{settings.Height} at {settings.Fps} in {settings.Codec.Name()}";

    /// <summary>More bits cost more, so a measurement holds for fewer; hardware has no presets.</summary>
    private static bool Covers(ModeProof proof, EncoderSettings settings, EncoderKind encoder) =>
        (proof.Width, proof.Height, proof.Fps, proof.Codec, proof.Encoder) == (settings.Width, settings.Height, settings.Fps, settings.Codec.Name(), encoder.Id)
        && proof.BitrateMbps >= settings.BitrateMbps && (encoder.Hardware is not null || proof.Preset == settings.Preset);

    private static string? Objection(ModeProof? proof, MachineFingerprint machine) =>
        proof is null ? "not measured on this machine"
        : machine.Difference(proof.Machine) is { } changed ? $"measured before a change ({changed})"
        : proof.Holds ? null : $"measured {proof.Verdict()}";

    private static long Rate(int width, int height, int fps) => (long)width * height * fps;
}
