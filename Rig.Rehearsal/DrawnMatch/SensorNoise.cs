using System.Numerics;
using System.Runtime.Intrinsics;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Read-out noise of the luma: one tile of Gaussian values, laid over each frame from another starting point.</summary>
internal sealed class SensorNoise
{
    private const int TileBytes = 1 << 17;
    private const double Sigma = 1.1;
    private readonly sbyte[] tile;
    private readonly int seed;

    public SensorNoise(int seed)
    {
        this.seed = seed;
        var random = new Random(seed);
        tile = new sbyte[TileBytes + Vector512<byte>.Count];
        for (var index = 0; index < TileBytes; index += 2)
        {
            // Box-Muller.
            var radius = Sigma * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var angle = random.NextDouble() * Math.Tau;
            tile[index] = (sbyte)Math.Clamp(Math.Round(radius * Math.Cos(angle)), -5, 5);
            tile[index + 1] = (sbyte)Math.Clamp(Math.Round(radius * Math.Sin(angle)), -5, 5);
        }

        tile.AsSpan(0, Vector512<byte>.Count).CopyTo(tile.AsSpan(TileBytes));
    }

    public void AddTo(Span<byte> luma, int width, long frameNumber)
    {
        var height = luma.Length / width;
        for (var row = 0; row < height; row++)
        {
            var start = (int)(Hash((ulong)((frameNumber * height) + row)) % (ulong)Math.Max(1, TileBytes - width));
            Add(luma.Slice(row * width, width), tile.AsSpan(start, width));
        }
    }

    private static void Add(Span<byte> pixels, ReadOnlySpan<sbyte> noise)
    {
        var sign = new Vector<byte>(0x80);
        var x = 0;
        for (; x <= pixels.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            // Luma as a signed number around 128, so that the signed saturating addition clips at both ends.
            var signed = (new Vector<byte>(pixels[x..]) ^ sign).As<byte, sbyte>();
            var sum = Vector.AddSaturate(signed, new Vector<sbyte>(noise[x..]));
            (sum.As<sbyte, byte>() ^ sign).CopyTo(pixels[x..]);
        }

        for (; x < pixels.Length; x++)
        {
            pixels[x] = (byte)Math.Clamp(pixels[x] + noise[x], 0, 255);
        }
    }

    private ulong Hash(ulong value)
    {
        unchecked
        {
            // SplitMix64's finaliser.
            value += 0x9E3779B97F4A7C15UL * (ulong)(seed + 1L);
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
