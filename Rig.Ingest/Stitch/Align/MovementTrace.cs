using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch.Align;

/// <summary>Where in the overlap something moved, over all that a camera recorded, at a low rate: at most so many pictures are decoded, however long it is.</summary>
internal static class MovementTrace
{
    private const int BlockColumns = 16;
    private const int BlockRows = 6;

    private const double StepSecondsMin = 0.2;
    private const int SamplesMax = 2500;

    /// <summary>Pictures decoded one after the other; a longer take is looked into at its key frames.</summary>
    private const int DecodedMax = 9000;

    /// <summary>Cells that are watched; a finer grid would be of no use at this rate.</summary>
    private const int CellsMax = 6000;

    /// <summary>Of changes of brightness, 8-bit steps.</summary>
    private const float NoiseLevel = 6;
    private const float ChangeMax = 40;

    /// <summary>Between pictures of two cameras that record together.</summary>
    public static double StepFor(params IReadOnlyList<CameraTimeline> cameras) => Math.Max(StepSecondsMin, cameras.Max(camera => camera.EndSeconds - camera.StartSeconds) / SamplesMax);

    /// <param name="cells">Of the overlap's grid, row by row.</param>
    /// <param name="columns">Of that grid.</param>
    /// <returns>Null where nothing was recorded, or nothing moves.</returns>
    public static Trace? Of(CameraTimeline camera, CellSamples cells, int columns, double step, CancellationToken cancellationToken)
    {
        var every = Math.Max(1, Enumerable.Range(0, cells.Count).Count(cells.IsSeen) / CellsMax);
        var watched = Enumerable.Range(0, cells.Count).Where(cells.IsSeen).Where((_, i) => i % every == 0).ToArray();
        var length = (int)((camera.EndSeconds - camera.StartSeconds) / step);
        var samples = new byte[length][];
        foreach (var piece in camera.Pieces)
        {
            Sample(camera, piece, cells, watched, step, samples, cancellationToken);
        }

        var known = Enumerable.Range(0, length).Where(t => samples[t] is not null).ToArray();
        if (known.Length < 4)
        {
            return null;
        }

        var channels = Movement(samples, known, watched, columns, cells.Count / columns);
        return channels.All(channel => channel.All(value => value == 0)) ? null : new Trace(camera.StartSeconds, step, channels);
    }

    private static void Sample(
        CameraTimeline camera, TimelinePiece piece, CellSamples cells, int[] watched, double step, byte[]?[] samples, CancellationToken cancellationToken)
    {
        using var reader = VideoReader.Open(piece.Path);
        var seeks = reader is LibavReader && piece.DurationSeconds * camera.FramesPerSecond > DecodedMax;
        var decoded = 0;
        for (var t = (int)Math.Ceiling((piece.StartSeconds - camera.StartSeconds) / step); t < samples.Length; t++)
        {
            var wanted = camera.StartSeconds + (t * step) - piece.StartSeconds;
            if (wanted >= piece.DurationSeconds || decoded > DecodedMax)
            {
                return;
            }

            if (seeks)
            {
                reader.Seek(wanted);
            }

            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var frame = reader.Read();
                decoded++;
                if (frame is null || decoded > DecodedMax)
                {
                    return;
                }

                // A key frame stands where its time stamp says, which may be before what was sought.
                var at = seeks ? (int)Math.Round((piece.StartSeconds + frame.Seconds - camera.StartSeconds) / step) : t;
                if (seeks || frame.Seconds >= wanted - (step / 2))
                {
                    if (at >= 0 && at < samples.Length)
                    {
                        samples[at] ??= cells.Read(frame, watched);
                    }

                    break;
                }
            }
        }
    }

    /// <summary>By block: how much is brighter or darker than usual in it, freed of the block's mean.</summary>
    private static float[][] Movement(byte[][] samples, int[] known, int[] watched, int columns, int rows)
    {
        var channels = Enumerable.Range(0, BlockColumns * BlockRows).Select(_ => new float[samples.Length]).ToArray();
        var (left, right) = (watched.Min(cell => cell % columns), watched.Max(cell => cell % columns) + 1);
        var (top, bottom) = (watched.Min(cell => cell / columns), Math.Min(rows, watched.Max(cell => cell / columns) + 1));
        var sorted = new byte[known.Length];
        for (var i = 0; i < watched.Length; i++)
        {
            for (var k = 0; k < known.Length; k++)
            {
                sorted[k] = samples[known[k]][i];
            }

            Array.Sort(sorted);
            var usual = sorted[known.Length / 2];
            var block = (((watched[i] / columns) - top) * BlockRows / Math.Max(1, bottom - top) * BlockColumns) + (((watched[i] % columns) - left) * BlockColumns / (right - left));
            foreach (var t in known)
            {
                channels[block][t] += Math.Clamp(Math.Abs(samples[t][i] - usual) - NoiseLevel, 0, ChangeMax);
            }
        }

        foreach (var channel in channels)
        {
            var mean = known.Average(t => channel[t]);
            foreach (var t in known)
            {
                channel[t] -= (float)mean;
            }
        }

        return channels;
    }
}
