using System.Numerics;

namespace Rig.Ingest.Detect;

/// <summary>
/// What the empty pitch looks like: at first the median of sampled pictures, then drifting with the light. Luma and chroma, full
/// resolution; see docs/design/detection.md.
/// </summary>
internal sealed class BackgroundModel
{
    /// <summary>Luma steps that a still pixel may differ by, before its own spread is added.</summary>
    private const int LumaTolerance = 14;
    private const int ChromaTolerance = 12;
    private const int SpreadMax = 30;

    /// <summary>A pixel darkened to no less than this share of its luma, in the same colour, is in a shadow.</summary>
    private const double ShadowDarkest = 0.36;
    private const int ShadowChroma = 9;

    private readonly int width;
    private readonly int height;
    private readonly byte[] background;
    private readonly byte[] tolerance;

    public BackgroundModel(IReadOnlyList<PanoramaFrame> samples)
    {
        ArgumentOutOfRangeException.ThrowIfZero(samples.Count);
        (width, height) = (samples[0].Width, samples[0].Height);
        background = new byte[samples[0].Data.Length];
        tolerance = new byte[width * height];
        Learn(samples);
    }

    public ReadOnlySpan<byte> Luma => background.AsSpan(0, width * height);

    /// <summary>Writes 1 where something stands before the background inside the region, else 0.</summary>
    public void Foreground(PanoramaFrame picture, Region region, Span<byte> mask)
    {
        mask.Clear();
        for (var pair = 0; pair < height / 2; pair++)
        {
            var (from, to) = region.Columns(pair * 2);
            for (var x = from; x < to; x += 32)
            {
                Block(picture, region, mask, pair, x, Math.Min(x + 32, to));
            }
        }
    }

    /// <summary>Moves every still pixel one step towards what is seen now; call it about twice a second.</summary>
    /// <param name="alsoForeground">Lets what has stood in one place for long sink into the background too.</param>
    public void Drift(PanoramaFrame picture, ReadOnlySpan<byte> mask, bool alsoForeground)
    {
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var index = (y * width) + x;
                if (alsoForeground || mask[index] == 0)
                {
                    Approach(picture.Data, index);
                    if (((x | y) & 1) == 0)
                    {
                        var chroma = (width * height) + picture.ChromaIndex(x, y);
                        Approach(picture.Data, chroma);
                        Approach(picture.Data, chroma + (width * height / 4));
                    }
                }
            }
        }
    }

    private void Approach(byte[] seen, int index) => background[index] = (byte)(background[index] + Math.Sign(seen[index] - background[index]));

    /// <summary>Median and quartile spread of every byte, by a sorting network over whole vectors.</summary>
    private void Learn(IReadOnlyList<PanoramaFrame> samples)
    {
        var count = samples.Count;
        var lanes = Vector<byte>.Count;
        var length = background.Length;
        var chunks = (length + lanes - 1) / lanes;
        Parallel.For(0, 16, part =>
        {
            var sorted = new Vector<byte>[count];
            for (var chunk = chunks * part / 16; chunk < chunks * (part + 1) / 16; chunk++)
            {
                var at = Math.Min(chunk * lanes, length - lanes);
                for (var index = 0; index < count; index++)
                {
                    sorted[index] = new Vector<byte>(samples[index].Data, at);
                }

                Sort(sorted);
                sorted[count / 2].CopyTo(background, at);
                if (at < tolerance.Length)
                {
                    var spread = Vector.Min(sorted[count * 3 / 4] - sorted[count / 4], new Vector<byte>(SpreadMax));
                    for (var lane = 0; lane < lanes && at + lane < tolerance.Length; lane++)
                    {
                        tolerance[at + lane] = (byte)(spread[lane] + LumaTolerance);
                    }
                }
            }
        });
    }

    /// <summary>Odd-even transposition: n rounds of compare and exchange between neighbours.</summary>
    private static void Sort(Vector<byte>[] values)
    {
        for (var round = 0; round < values.Length; round++)
        {
            for (var index = round & 1; index + 1 < values.Length; index += 2)
            {
                var (a, b) = (values[index], values[index + 1]);
                values[index] = Vector.Min(a, b);
                values[index + 1] = Vector.Max(a, b);
            }
        }
    }

    /// <summary>Two rows of up to 32 columns; most blocks show nothing and are left after a few vector operations.</summary>
    private void Block(PanoramaFrame picture, Region region, Span<byte> mask, int pair, int from, int to)
    {
        var chroma = (width * height) + (pair * width / 2) + (from / 2);
        var chromaCount = (to - from) / 2;
        var top = (pair * 2 * width) + from;
        var count = to - from;
        if (!Differs(picture.Data.AsSpan(top, count), background.AsSpan(top, count), LumaTolerance)
            && !Differs(picture.Data.AsSpan(top + width, count), background.AsSpan(top + width, count), LumaTolerance)
            && !Differs(picture.Data.AsSpan(chroma, chromaCount), background.AsSpan(chroma, chromaCount), ChromaTolerance / 2)
            && !Differs(picture.Data.AsSpan(chroma + (width * height / 4), chromaCount), background.AsSpan(chroma + (width * height / 4), chromaCount), ChromaTolerance / 2))
        {
            return;
        }

        for (var x = 0; x < count; x++)
        {
            var at = chroma + (x / 2);
            var off = Math.Abs(picture.Data[at] - background[at]);
            at += width * height / 4;
            off += Math.Abs(picture.Data[at] - background[at]);
            for (var row = 0; row < 2; row++)
            {
                var index = top + (row * width) + x;
                if (region.Contains(index) && IsForeground(picture.Data[index], index, off))
                {
                    mask[index] = 1;
                }
            }
        }
    }

    private bool IsForeground(int seen, int index, int chromaOff)
    {
        var known = background[index];
        if (chromaOff > ChromaTolerance || seen - known > tolerance[index])
        {
            return true;
        }

        var shadow = chromaOff <= ShadowChroma && seen - 16 > (known - 16) * ShadowDarkest;
        return known - seen > tolerance[index] && !shadow;
    }

    private static bool Differs(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int tolerance)
    {
        var index = 0;
        var limit = new Vector<byte>((byte)tolerance);
        for (; index <= a.Length - Vector<byte>.Count; index += Vector<byte>.Count)
        {
            var (x, y) = (new Vector<byte>(a[index..]), new Vector<byte>(b[index..]));
            if (Vector.GreaterThanAny(Vector.Max(x, y) - Vector.Min(x, y), limit))
            {
                return true;
            }
        }

        for (; index < a.Length; index++)
        {
            if (Math.Abs(a[index] - b[index]) > tolerance)
            {
                return true;
            }
        }

        return false;
    }
}
