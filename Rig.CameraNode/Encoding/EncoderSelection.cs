using System.Globalization;
using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Encoding;

/// <summary>Decides without a stored proof which codec the capture process encodes: H.265 only where a second's measurement keeps up.</summary>
internal static class EncoderSelection
{
    /// <summary>Speed beyond real time that is asked for.</summary>
    internal const double Headroom = 1.15;

    /// <returns>The settings to use, and why they are not those wanted.</returns>
    internal static (EncoderSettings Settings, string? Fallback) Choose(EncoderSettings wanted)
    {
        if (wanted.Codec != VideoCodec.H265)
        {
            return (wanted, null);
        }

        var speed = EncoderMeasurement.Measure(() => new FfmpegEncoder(wanted), wanted, Pictures(wanted), TimeSpan.Zero, out var failure);
        var fallback = speed is null
            ? $"H.265 cannot be encoded on this machine ({failure}); recording H.264."
            : speed.Fps < wanted.Fps * Headroom
                ? string.Create(CultureInfo.InvariantCulture, $"H.265 encodes only {speed.Fps:F0} frames a second here and {wanted.Fps * Headroom:F0} are needed; recording H.264.")
                : null;
        return (fallback is null ? wanted : wanted with { Codec = VideoCodec.H264 }, fallback);
    }

    private static List<Yuv420Frame> Pictures(EncoderSettings settings)
    {
        using var pattern = new TestPatternSource(settings.Width, settings.Height, settings.Fps);
        var pictures = new List<Yuv420Frame>();
        for (var i = 0; i < 4; i++)
        {
            pictures.Add(new Yuv420Frame(settings.Width, settings.Height));
            pattern.Fill(pictures[i], TimeSpan.FromSeconds((double)i / settings.Fps));
        }

        return pictures;
    }
}
