using System.Diagnostics;
using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Encoding;

/// <param name="Fps">Mean over the whole measurement, the encoder's start not counted.</param>
/// <param name="SlowestSecondFps">Of its whole seconds the slowest, which shows a machine that gets hot; the mean where there was no whole second.</param>
internal sealed record EncoderSpeed(double Fps, double SlowestSecondFps, long Frames);

/// <summary>Measures how fast an encoder encodes given pictures when it may go as fast as it can.</summary>
internal static class EncoderMeasurement
{
    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(20);

    /// <param name="pictures">Encoded forth and back, so that motion stays natural; at least one.</param>
    /// <param name="length">Pictures are given for this long, and at least for as many as a second of the mode has, but at least ten.</param>
    /// <returns>Null when the encoder does not work; <paramref name="failure"/> says why.</returns>
    internal static EncoderSpeed? Measure(Func<IVideoEncoder> create, EncoderSettings settings, IReadOnlyList<Yuv420Frame> pictures, TimeSpan length, out string? failure)
    {
        failure = null;
        var atLeast = Math.Max(10, settings.Fps);
        var marks = new List<long>();
        long given = 0;
        try
        {
            using var encoder = create();
            encoder.BeginRead(_ => marks.Add(Stopwatch.GetTimestamp()));
            var started = Stopwatch.GetTimestamp();
            for (; given < atLeast || Stopwatch.GetElapsedTime(started) < length; given++)
            {
                encoder.Write(pictures[ForthAndBack(given, pictures.Count)], given * 1_000_000 / settings.Fps, _ => { });
            }

            if (!encoder.Finish(FinishTimeout) || marks.Count != given)
            {
                failure = $"{marks.Count} of {given} pictures came out: {encoder.LastError}";
                return null;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException)
        {
            failure = e.Message;
            return null;
        }

        return Speed(marks);
    }

    /// <param name="marks">When each coded picture came, in <see cref="Stopwatch"/> ticks, at least two.</param>
    internal static EncoderSpeed Speed(IReadOnlyList<long> marks)
    {
        var mean = (marks.Count - 1) / Stopwatch.GetElapsedTime(marks[0], marks[^1]).TotalSeconds;
        var slowest = mean;
        var first = 0;
        for (var i = 1; i < marks.Count; i++)
        {
            var elapsed = Stopwatch.GetElapsedTime(marks[first], marks[i]).TotalSeconds;
            if (elapsed >= 1)
            {
                slowest = Math.Min(slowest, (i - first) / elapsed);
                first = i;
            }
        }

        return new EncoderSpeed(mean, slowest, marks.Count);
    }

    private static int ForthAndBack(long n, int count)
    {
        var period = Math.Max(1, (2 * count) - 2);
        var at = (int)(n % period);
        return at < count ? at : period - at;
    }
}
