using Microsoft.Extensions.Options;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Modes;

/// <summary>What the running node says of modes: which are measured, and why another is refused.</summary>
internal sealed class OfferedModes(IOptions<ProbeOptions> options)
{
    private readonly Lazy<MachineFingerprint> machine = new(MachineFingerprint.Read);

    internal bool Requires(string source) => options.Value.Requires(source);

    /// <exception cref="InvalidDataException">The file of measurements is broken.</exception>
    internal IReadOnlyList<ModeProof> List(string source) => ModeChoice.Offered(source, ModeProofs.Read(options.Value.ProofsPath), machine.Value);

    /// <summary>Why these settings cannot be recorded; null when they can.</summary>
    internal string? Objection(CameraOptions wanted)
    {
        if (!Requires(wanted.Source) || !VideoCodecNames.TryParse(wanted.Codec, out var codec))
        {
            return null;
        }

        try
        {
            var settings = new EncoderSettings(codec, wanted.Width, wanted.Height, wanted.Fps, wanted.BitrateMbps, wanted.Preset);
            var encoders = Encoders.Find().Where(e => wanted.Encoder.Length == 0 || e.Id == wanted.Encoder).ToList();
            var chosen = ModeChoice.Choose(settings, wanted.Source, null, encoders, ModeProofs.Read(options.Value.ProofsPath), machine.Value);
            return (chosen.Settings.Width, chosen.Settings.Height, chosen.Settings.Fps) == (wanted.Width, wanted.Height, wanted.Fps)
                ? null
                : $"{wanted.Width}x{wanted.Height} at {wanted.Fps} is not offered: {string.Join(" ", chosen.Steps)} Stop rig-node and run 'rig-node probe' with these settings.";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}
