using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;

namespace Rig.CameraNode.Probe;

/// <summary>
/// Measures as <see cref="ModeChoice"/> chooses: the wanted mode by one encoder after the other, then lower modes, until one holds.
/// </summary>
internal sealed class ModeProbe(MachineFingerprint machine, IReadOnlyList<EncoderKind> encoders, TimeProvider clock)
{
    private static readonly (int Width, int Height)[] UsualSizes = [(3840, 2160), (2560, 1440), (1920, 1080), (1280, 720), (640, 360)];

    /// <param name="Failure">Why there is no measurement.</param>
    internal sealed record Result(CameraRequest Mode, EncoderKind Encoder, ModeProof? Proof, string? Failure);

    /// <param name="configuration">The wanted mode.</param>
    /// <param name="modes">Sizes and rates to measure, in their order; measuring ends with the first that holds.</param>
    internal IEnumerable<Result> Run(ConfigureCapture configuration, string camera, IReadOnlyList<CameraRequest> modes, TimeSpan length)
    {
        var wantsH265 = configuration.Codec == VideoCodec.H265.Name();
        foreach (var mode in modes)
        {
            foreach (var encoder in encoders.Where(e => wantsH265 || e.Codec == VideoCodec.H264))
            {
                var result = Measure(configuration with { Width = mode.Width, Height = mode.Height, Fps = mode.Fps }, camera, encoder, length);
                yield return result;
                if (result.Proof is { Holds: true })
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>The wanted mode, then what is smaller: of the camera's own modes, or for a drawn one of the usual sizes, at the same rate.</summary>
    internal static IReadOnlyList<CameraRequest> Ladder(CameraRequest wanted, IEnumerable<(int Width, int Height)>? sizes) =>
    [
        wanted,
        .. (sizes ?? UsualSizes).Distinct().Where(s => (long)s.Width * s.Height < (long)wanted.Width * wanted.Height && s.Width % 2 == 0 && s.Height % 2 == 0)
            .OrderByDescending(s => (long)s.Width * s.Height).Select(s => new CameraRequest(s.Width, s.Height, wanted.Fps)),
    ];

    private Result Measure(ConfigureCapture mode, string camera, EncoderKind encoder, TimeSpan length)
    {
        var request = new CameraRequest(mode.Width, mode.Height, mode.Fps);
        var settings = new EncoderSettings(encoder.Codec, mode.Width, mode.Height, mode.Fps, mode.BitrateMbps, mode.Preset);
        try
        {
            using var feed = ProbeFeed.Open(mode);
            var create = Encoders.Factory(encoder.Id, settings, null);
            feed.BeginCount();
            if (EncoderMeasurement.Measure(create, settings, feed.Pictures, length, out var failure) is not { } speed)
            {
                return new Result(request, encoder, null, failure);
            }

            var cameraFps = feed.CameraFps();
            return feed.Failure is { } fault
                ? new Result(request, encoder, null, fault)
                : new Result(request, encoder, new ModeProof(
                    mode.Source, camera, mode.Width, mode.Height, mode.Fps, encoder.Codec.Name(), mode.BitrateMbps, mode.Preset, encoder.Id,
                    Math.Round(speed.Fps, 2), Math.Round(speed.SlowestSecondFps, 2), cameraFps is { } fps ? Math.Round(fps, 2) : null,
                    length.TotalSeconds, clock.GetUtcNow(), machine), null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException)
        {
            return new Result(request, encoder, null, e.Message);
        }
    }
}
