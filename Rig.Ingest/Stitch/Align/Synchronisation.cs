using Rig.Actors.Pipeline;
using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch.Align;

/// <param name="CorrectionSeconds">Added to the camera's times; 0 where it cannot be trusted.</param>
/// <param name="Confidence">0 to 1: how well the movement that two neighbours see agrees at the best shift.</param>
internal readonly record struct SyncCorrection(double CorrectionSeconds, double Confidence);

/// <summary>
/// Finds how far two neighbours' times are apart from what moves in their overlap: the same cells of the pitch are watched by both,
/// and the shift is sought at which their movement agrees best, to a part of a frame. Where the times were never compared with the
/// master clock, as a phone's, it is first sought over every shift at all, by sound and by movement at a low rate.
/// </summary>
internal static class Synchronisation
{
    private const double ShiftMaxSeconds = 0.5;
    private const int Windows = 3;
    private const double WindowSeconds = 5;
    private const double WindowSecondsMin = 1.5;
    private const int FramesMax = 400;

    /// <summary>Agreement below this is chance.</summary>
    private const double ConfidenceMin = 0.2;

    /// <summary>Agreement where several shifts were tried, of which one may suit by chance.</summary>
    private const double SoughtConfidenceMin = 0.3;

    /// <summary>Agreement beyond which no other shift need be tried.</summary>
    private const double ClearConfidence = 0.5;

    /// <summary>Standard deviations above the agreement of all shifts, from which sound alone is believed.</summary>
    private const double SoundDistinctnessMin = 9;
    private const int CandidatesMax = 3;

    /// <summary>Changes of brightness up to this are the sensor's noise, 8-bit steps.</summary>
    private const float NoiseLevel = 5;
    private const float ChangeMax = 40;

    /// <param name="reference">Index of the camera whose times stand.</param>
    public static SyncCorrection[] Correct(
        IReadOnlyList<CameraTimeline> timelines, IReadOnlyList<CameraModel> cameras, int reference, ILogger logger, CancellationToken cancellationToken)
    {
        var corrections = new SyncCorrection[cameras.Count];
        for (var right = 1; right < cameras.Count; right++)
        {
            var link = CorrectPair(timelines[right - 1], cameras[right - 1], timelines[right], cameras[right], cancellationToken);
            var trusted = link.Confidence >= ConfidenceMin;
            logger.LogInformation(
                "{Right} against {Left}: pictures say {Milliseconds:F1} ms, agreement {Confidence:F2}{Verdict}",
                timelines[right].Camera, timelines[right - 1].Camera, 1000 * link.CorrectionSeconds, link.Confidence,
                trusted ? "" : "; too little movement in common, the timestamps stand");
            if (!trusted && CommonSeconds(timelines[right - 1], timelines[right]) <= 0)
            {
                throw new StageFailedException(
                    $"By their time stamps {timelines[right - 1].Camera} and {timelines[right].Camera} never recorded at the same time, and neither their sound nor what moves in their pictures says otherwise, so there is nothing to join. Check the cameras' clocks, and send the one with the wrong time again with a corrected manifest.");
            }

            corrections[right] = new SyncCorrection(corrections[right - 1].CorrectionSeconds + (trusted ? link.CorrectionSeconds : 0), link.Confidence);
        }

        var shift = corrections[reference].CorrectionSeconds;
        return [.. corrections.Select((c, i) => new SyncCorrection(c.CorrectionSeconds - shift, i == reference ? 1 : c.Confidence))];
    }

    private static SyncCorrection CorrectPair(CameraTimeline left, CameraModel leftModel, CameraTimeline right, CameraModel rightModel, CancellationToken cancellationToken)
    {
        var cells = OverlapCells.Find(leftModel, rightModel);
        var claimed = Fine(left, right, cells, cancellationToken);
        if ((left.IsClockTrusted && right.IsClockTrusted && CommonSeconds(left, right) > 0) || claimed.Confidence >= ClearConfidence)
        {
            return claimed;
        }

        var sounds = Candidates(SoundTrace.Of(left, cancellationToken), () => SoundTrace.Of(right, cancellationToken), cancellationToken);
        var step = MovementTrace.StepFor(left, right);
        var movements = Candidates(
            MovementTrace.Of(left, cells.Left, cells.Columns, step, cancellationToken), () => MovementTrace.Of(right, cells.Right, cells.Columns, step, cancellationToken), cancellationToken);
        var best = claimed;
        foreach (var candidate in sounds.Concat(movements).Where(candidate => Math.Abs(candidate.Seconds) > ShiftMaxSeconds / 2))
        {
            var fine = Fine(left, right.Later(candidate.Seconds), cells, cancellationToken);
            if (fine.Confidence >= SoughtConfidenceMin && fine.Confidence > best.Confidence)
            {
                best = fine with { CorrectionSeconds = candidate.Seconds + fine.CorrectionSeconds };
            }
        }

        return best.Confidence < ConfidenceMin && sounds is [{ Distinctness: >= SoundDistinctnessMin } heard, ..]
            ? new SyncCorrection(heard.Seconds, Math.Clamp(heard.Agreement, ConfidenceMin, 1))
            : best;
    }

    private static IReadOnlyList<OffsetCandidate> Candidates(Trace? left, Func<Trace?> right, CancellationToken cancellationToken) =>
        left is not null && right() is { } other ? OffsetSearch.Candidates(left, other, CandidatesMax, cancellationToken) : [];

    private static double CommonSeconds(CameraTimeline left, CameraTimeline right) => Math.Min(left.EndSeconds, right.EndSeconds) - Math.Max(left.StartSeconds, right.StartSeconds);

    /// <summary>Within half a second of what the times say.</summary>
    private static SyncCorrection Fine(CameraTimeline left, CameraTimeline right, OverlapCells cells, CancellationToken cancellationToken)
    {
        var step = 1 / Math.Max(left.FramesPerSecond, right.FramesPerSecond);
        var lags = (int)Math.Ceiling(ShiftMaxSeconds / step);
        var agreement = new MovementAgreement(cells.Columns, cells.Rows, lags);
        foreach (var (from, to) in CommonWindows(left, right))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(FramesMax, (int)((to - from) / step));
            var a = Movement(left, cells.Left, from, step, count, cancellationToken);
            var b = Movement(right, cells.Right, from, step, count, cancellationToken);
            if (a is not null && b is not null)
            {
                agreement.Add(a, b);
            }
        }

        var (lag, confidence) = agreement.Best();
        // The right camera shows at t + lag what the left one shows at t.
        return new SyncCorrection(-lag * step, confidence);
    }

    private static List<(double From, double To)> CommonWindows(CameraTimeline left, CameraTimeline right)
    {
        var windows = new List<(double, double)>();
        var (from, to) = (Math.Max(left.StartSeconds, right.StartSeconds), Math.Min(left.EndSeconds, right.EndSeconds));
        var length = Math.Min(WindowSeconds, (to - from) / Windows);
        // A short session is one window, so that shifts of half a second still have something to overlap.
        var n = length < WindowSeconds / 2 ? 1 : Windows;
        length = n == 1 ? Math.Min(2 * WindowSeconds, to - from) : length;
        for (var i = 0; i < n; i++)
        {
            var start = from + (((to - from) * (i + 0.5) / n) - (length / 2));
            if (length >= WindowSecondsMin && Covers(left, start, start + length) && Covers(right, start, start + length))
            {
                windows.Add((start, start + length));
            }
        }

        return windows;

        static bool Covers(CameraTimeline camera, double from, double to) => camera.Pieces.Any(p => p.StartSeconds <= from + 1e-6 && p.EndSeconds >= to - 1e-6);
    }

    /// <summary>By cell and time step: how much brighter or darker than usual, freed of the cell's mean; null for a cell in which nothing moves. Null where frames are missing.</summary>
    private static float[]?[]? Movement(CameraTimeline camera, CellSamples cells, double from, double step, int count, CancellationToken cancellationToken)
    {
        var piece = camera.Pieces.First(p => p.StartSeconds <= from + 1e-6 && p.EndSeconds > from);
        var frames = new List<(double Seconds, float[] Values)>();
        using (var reader = VideoReader.Open(piece.Path))
        {
            foreach (var frame in FrameSampler.FramesFrom(reader, from - piece.StartSeconds - (2 * step), cancellationToken))
            {
                using (frame)
                {
                    frames.Add((piece.StartSeconds + frame.Seconds, cells.Read(frame)));
                }

                if (frames[^1].Seconds > from + (count * step))
                {
                    break;
                }
            }
        }

        if (frames.Count < count / 2)
        {
            return null;
        }

        var grid = OnTimeGrid(frames, from, step, count);
        var movement = new float[]?[cells.Count];
        Parallel.For(0, cells.Count, cell =>
        {
            if (!cells.IsSeen(cell))
            {
                return;
            }

            var series = new float[count];
            for (var t = 0; t < count; t++)
            {
                series[t] = grid[t][cell];
            }

            var sorted = (float[])series.Clone();
            Array.Sort(sorted);
            var usual = sorted[count / 2];
            for (var t = 0; t < count; t++)
            {
                series[t] = Math.Clamp(Math.Abs(series[t] - usual) - NoiseLevel, 0, ChangeMax);
            }

            var mean = series.Average();
            if (mean > 0)
            {
                for (var t = 0; t < count; t++)
                {
                    series[t] -= mean;
                }

                movement[cell] = series;
            }
        });
        return movement;
    }

    /// <summary>Both cameras at the same instants, between their frames where need be.</summary>
    private static float[][] OnTimeGrid(List<(double Seconds, float[] Values)> frames, double from, double step, int count)
    {
        var grid = new float[count][];
        var next = 0;
        for (var t = 0; t < count; t++)
        {
            var instant = from + (t * step);
            while (next < frames.Count - 1 && frames[next].Seconds < instant)
            {
                next++;
            }

            var (before, after) = (frames[Math.Max(0, next - 1)], frames[next]);
            var share = after.Seconds > before.Seconds ? (float)Math.Clamp((instant - before.Seconds) / (after.Seconds - before.Seconds), 0, 1) : 1;
            var values = new float[after.Values.Length];
            for (var c = 0; c < values.Length; c++)
            {
                values[c] = before.Values[c] + (share * (after.Values[c] - before.Values[c]));
            }

            grid[t] = values;
        }

        return grid;
    }
}
