using System.Diagnostics;
using Rig.CameraNode.Capture;

namespace Rig.CameraNode.Encoding;

/// <summary>Decides which codec this machine really encodes. H.265 is taken only where it was seen to keep up, else H.264.</summary>
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

        var fallback = MeasureFps(wanted) switch
        {
            null => "H.265 cannot be encoded on this machine (ffmpeg has no working libx265); recording H.264.",
            { } fps when fps < wanted.Fps * Headroom =>
                FormattableString.Invariant($"H.265 encodes only {fps:F0} frames a second here and {wanted.Fps * Headroom:F0} are needed; recording H.264."),
            _ => null,
        };
        return (fallback is null ? wanted : wanted with { Codec = VideoCodec.H264 }, fallback);
    }

    private static double? MeasureFps(EncoderSettings settings)
    {
        var frame = new Yuv420Frame(settings.Width, settings.Height);
        using var pattern = new TestPatternSource(settings.Width, settings.Height, settings.Fps);
        using var encoder = new FfmpegEncoder(settings);
        var units = 0;
        var frames = Math.Max(10, settings.Fps);
        long firstOut = 0;
        encoder.BeginRead(_ =>
        {
            if (Interlocked.Increment(ref units) == 1)
            {
                // The process's start is not part of its speed.
                firstOut = Stopwatch.GetTimestamp();
            }
        });
        try
        {
            for (var i = 0; i < frames; i++)
            {
                pattern.Fill(frame, TimeSpan.FromSeconds((double)i / settings.Fps));
                encoder.Write(frame, i);
            }
        }
        catch (IOException)
        {
            return null;
        }

        return encoder.Finish(TimeSpan.FromSeconds(20)) && units == frames ? (frames - 1) / Stopwatch.GetElapsedTime(firstOut).TotalSeconds : null;
    }
}
