namespace Rig.Ingest.Frames;

/// <summary>How one picture differs from the baseline and from the picture before it.</summary>
/// <param name="Difference">From the baseline in the interaction region, 0 to 1: 0.3 is about 0.5 % of it.</param>
/// <param name="Reach">As <paramref name="Difference"/>, of what reaches in from the edge of the picture: an arm does, an item does not.</param>
/// <param name="Motion">The same from the picture before.</param>
/// <param name="Shift">Share of all that has texture and is not where it was in the baseline.</param>
/// <param name="Texture">As a share of the baseline's.</param>
/// <param name="Inventory">Change of the inventory region, 0 to 1: 0.3 is about 2 % of it.</param>
/// <param name="Histogram">Bhattacharyya distance of the luminance where the inventory changed, 0 to 1.</param>
/// <param name="Occupancy">Share of the inventory region with anything in it.</param>
internal sealed record FrameScores(double Difference, double Reach, double Motion, double Shift, double Texture, double Inventory, double Histogram, double Occupancy);

/// <summary>Compares pictures by what does not depend on the light. Pure.</summary>
internal static class FrameComparer
{
    /// <summary>Of the normalised luminance: noise and compression stay below, a hand's outline is far above.</summary>
    private const float Changed = 0.6f;

    /// <summary>No shadow makes something so dark, no lamp so bright, beside the rest of the picture.</summary>
    private const float ChangedLogRatio = 0.75f;

    private const float HasTexture = 0.5f;

    /// <summary>Of the 9 cells around one: rain and single noisy blocks fall out.</summary>
    private const int Neighbours = 6;

    /// <summary>What is this near hangs together.</summary>
    private const int Gap = 4;

    private const double InteractionShare = 0.014;
    private const double InventoryShare = 0.06;

    private const int BlockSize = 8;
    private const int BlockStep = 4;
    private const int BlocksAcross = ((LuminanceGrid.Width - BlockSize) / BlockStep) + 1;
    private const int BlocksDown = ((LuminanceGrid.Height - BlockSize) / BlockStep) + 1;

    /// <summary>SSIM's second constant, (0.03 * 255)^2 (Wang et al. 2004).</summary>
    private const float C2 = 58.5f;

    private const float StructureLost = 0.45f;
    private const float OccupiedDeviation = 12;
    private const int HistogramBins = 16;

    public static FrameScores Compare(GridFeatures current, GridFeatures baseline, GridFeatures previous, RegionMask mask)
    {
        var fromBaseline = ChangedCells(current, baseline, mask.Seen);
        var fromPrevious = ChangedCells(current, previous, mask.Seen);
        var (inventory, histogram, occupancy) = Inventory(current, baseline, mask.Inventory);
        return new FrameScores(
            Saturate(Share(fromBaseline, mask.Interaction), InteractionShare),
            Saturate(Share(FromEdge(fromBaseline, mask.Edge), mask.Interaction), InteractionShare),
            Saturate(Share(fromPrevious, mask.Interaction), InteractionShare),
            ShiftOf(current, baseline, fromBaseline, mask.Seen),
            current.Texture / Math.Max(0.5, baseline.Texture),
            inventory,
            histogram,
            occupancy);
    }

    /// <summary>0 for nothing, 0.3 at about a third of the scale, towards 1.</summary>
    private static double Saturate(double share, double scale) => 1 - Math.Exp(-share / scale);

    private static bool[] ChangedCells(GridFeatures one, GridFeatures other, bool[] seen)
    {
        const int width = LuminanceGrid.Width, height = LuminanceGrid.Height;
        var raw = new byte[LuminanceGrid.Cells];
        for (var i = 0; i < raw.Length; i++)
        {
            if (seen[i])
            {
                var ratio = (one.Luminance[i] + 12) / (other.Luminance[i] + 12);
                raw[i] = MathF.Abs(one.Normalised[i] - other.Normalised[i]) > Changed || ratio > MathF.Exp(ChangedLogRatio) || ratio < MathF.Exp(-ChangedLogRatio) ? (byte)1 : (byte)0;
            }
        }

        var kept = new bool[LuminanceGrid.Cells];
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var i = (y * width) + x;
                kept[i] = raw[i] == 1
                    && raw[i - width - 1] + raw[i - width] + raw[i - width + 1] + raw[i - 1] + 1 + raw[i + 1] + raw[i + width - 1] + raw[i + width] + raw[i + width + 1] >= Neighbours;
            }
        }

        return kept;
    }

    /// <summary>The changed cells that hang together, over small gaps, with the edge.</summary>
    private static bool[] FromEdge(bool[] changed, bool[] edge)
    {
        const int width = LuminanceGrid.Width, height = LuminanceGrid.Height;
        var (reached, open) = (new bool[LuminanceGrid.Cells], new Stack<int>());
        for (var i = 0; i < changed.Length; i++)
        {
            if (changed[i] && edge[i])
            {
                reached[i] = true;
                open.Push(i);
            }
        }

        while (open.TryPop(out var i))
        {
            var (x, y) = (i % width, i / width);
            for (var ny = Math.Max(0, y - Gap); ny <= Math.Min(height - 1, y + Gap); ny++)
            {
                for (var nx = Math.Max(0, x - Gap); nx <= Math.Min(width - 1, x + Gap); nx++)
                {
                    var n = (ny * width) + nx;
                    if (changed[n] && !reached[n])
                    {
                        reached[n] = true;
                        open.Push(n);
                    }
                }
            }
        }

        return reached;
    }

    private static double Share(bool[] cells, bool[] region)
    {
        var (count, all) = (0, 0);
        for (var i = 0; i < cells.Length; i++)
        {
            if (region[i])
            {
                all++;
                count += cells[i] ? 1 : 0;
            }
        }

        return all == 0 ? 0 : (double)count / all;
    }

    private static double ShiftOf(GridFeatures current, GridFeatures baseline, bool[] changed, bool[] seen)
    {
        var (moved, textured) = (0, 0);
        for (var i = 0; i < changed.Length; i++)
        {
            if (seen[i] && (MathF.Abs(current.Normalised[i]) > HasTexture || MathF.Abs(baseline.Normalised[i]) > HasTexture))
            {
                textured++;
                moved += changed[i] ? 1 : 0;
            }
        }

        return textured < LuminanceGrid.Cells / 100 ? 0 : (double)moved / textured;
    }

    private static (double Change, double Histogram, double Occupancy) Inventory(GridFeatures current, GridFeatures baseline, bool[] region)
    {
        var (lost, inside) = (new bool[BlocksAcross * BlocksDown], new bool[BlocksAcross * BlocksDown]);
        var (all, occupied) = (0, 0);
        for (var by = 0; by < BlocksDown; by++)
        {
            for (var bx = 0; bx < BlocksAcross; bx++)
            {
                var (left, top) = (bx * BlockStep, by * BlockStep);
                if (!region[((top + (BlockSize / 2)) * LuminanceGrid.Width) + left + (BlockSize / 2)])
                {
                    continue;
                }

                var (structure, deviation) = Block(current.Luminance, baseline.Luminance, left, top);
                var b = (by * BlocksAcross) + bx;
                inside[b] = true;
                lost[b] = structure < StructureLost;
                all++;
                occupied += deviation > OccupiedDeviation ? 1 : 0;
            }
        }

        if (all == 0)
        {
            return (0, 0, 0);
        }

        var (one, other) = (new double[HistogramBins], new double[HistogramBins]);
        var count = 0;
        for (var by = 0; by < BlocksDown; by++)
        {
            for (var bx = 0; bx < BlocksAcross; bx++)
            {
                var b = (by * BlocksAcross) + bx;
                if (inside[b] && lost[b] && LostAround(lost, bx, by) >= 4)
                {
                    count++;
                    AddTo(one, current.Luminance, bx * BlockStep, by * BlockStep);
                    AddTo(other, baseline.Luminance, bx * BlockStep, by * BlockStep);
                }
            }
        }

        return (Saturate((double)count / all, InventoryShare), count == 0 ? 0 : Bhattacharyya(one, other), (double)occupied / all);
    }

    /// <summary>SSIM's term of contrast and structure, and the current picture's deviation.</summary>
    private static (float Structure, float Deviation) Block(float[] one, float[] other, int left, int top)
    {
        float sumA = 0, sumB = 0, squareA = 0, squareB = 0, product = 0;
        for (var y = top; y < top + BlockSize; y++)
        {
            for (var i = (y * LuminanceGrid.Width) + left; i < (y * LuminanceGrid.Width) + left + BlockSize; i++)
            {
                var (a, b) = (one[i], other[i]);
                sumA += a;
                sumB += b;
                squareA += a * a;
                squareB += b * b;
                product += a * b;
            }
        }

        const float n = BlockSize * BlockSize;
        var (varA, varB) = (MathF.Max(0, (squareA / n) - (sumA / n * (sumA / n))), MathF.Max(0, (squareB / n) - (sumB / n * (sumB / n))));
        var covariance = (product / n) - (sumA / n * (sumB / n));
        return (((2 * covariance) + C2) / (varA + varB + C2), MathF.Sqrt(varA));
    }

    private static int LostAround(bool[] lost, int bx, int by)
    {
        var count = 0;
        for (var y = Math.Max(0, by - 1); y <= Math.Min(BlocksDown - 1, by + 1); y++)
        {
            for (var x = Math.Max(0, bx - 1); x <= Math.Min(BlocksAcross - 1, bx + 1); x++)
            {
                count += lost[(y * BlocksAcross) + x] ? 1 : 0;
            }
        }

        return count - 1;
    }

    private static void AddTo(double[] histogram, float[] luminance, int left, int top)
    {
        for (var y = top; y < top + BlockSize; y++)
        {
            for (var x = left; x < left + BlockSize; x++)
            {
                histogram[Math.Clamp((int)(luminance[(y * LuminanceGrid.Width) + x] / 256 * HistogramBins), 0, HistogramBins - 1)]++;
            }
        }
    }

    private static double Bhattacharyya(double[] one, double[] other)
    {
        double sumOne = one.Sum(), sumOther = other.Sum(), overlap = 0;
        for (var i = 0; i < HistogramBins; i++)
        {
            overlap += Math.Sqrt(one[i] / sumOne * (other[i] / sumOther));
        }

        return Math.Sqrt(Math.Max(0, 1 - overlap));
    }
}
