using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rig.Ingest.Renditions;

/// <summary>Samples of a plane along a line across it, each mixed of the four pixels around its place.</summary>
internal static class BilinearRow
{
    private const int Half = 1 << 15;

    /// <summary>
    /// Places are in 1/65536 of a pixel, weights in 1/256. Every place has at least one pixel to the left and above and two to the right
    /// and below: nothing is checked here.
    /// </summary>
    /// <param name="to">Its length says how many; eights and fours are fast.</param>
    public static void Sample(ReadOnlySpan<byte> plane, int width, int u, int v, int du, int dv, Span<byte> to)
    {
        ref var source = ref MemoryMarshal.GetReference(plane);
        if (Avx2.IsSupported && to.Length == 8)
        {
            Eight(ref source, width, u, v, du, dv, to);
        }
        else if (Avx2.IsSupported && to.Length == 4)
        {
            Four(ref source, width, u, v, du, dv, to);
        }
        else
        {
            OneByOne(ref source, width, u, v, du, dv, to);
        }
    }

    internal static void OneByOne(ref byte source, int width, int u, int v, int du, int dv, Span<byte> to)
    {
        for (var x = 0; x < to.Length; x++, u += du, v += dv)
        {
            var (wu, wv) = ((u >> 8) & 255, (v >> 8) & 255);
            ref var at = ref Unsafe.Add(ref source, ((v >> 16) * width) + (u >> 16));
            ref var below = ref Unsafe.Add(ref at, width);
            var top = (at << 8) + (wu * (Unsafe.Add(ref at, 1) - at));
            var bottom = (below << 8) + (wu * (Unsafe.Add(ref below, 1) - below));
            to[x] = (byte)(((top << 8) + (wv * (bottom - top)) + Half) >> 16);
        }
    }

    private static unsafe void Eight(ref byte source, int width, int u, int v, int du, int dv, Span<byte> to)
    {
        fixed (byte* pixels = &source)
        {
            var us = Vector256.Create(u) + (Vector256<int>.Indices * du);
            var vs = Vector256.Create(v) + (Vector256<int>.Indices * dv);
            var columns = us >> 16;
            var (first, last) = (u >> 16, (u + (7 * du)) >> 16);
            if (v >> 16 == (v + (7 * dv)) >> 16 && last >= first && last - first < 15)
            {
                // All between the same two lines and within 16 columns: two loads do for the sixteen of a gather. What they read past the
                // last column is the next line, which is there.
                var line = pixels + ((v >> 16) * width) + first;
                var places = Avx2.PackUnsignedSaturate(Vector128.Narrow((columns - Vector256.Create(first)).GetLower(), (columns - Vector256.Create(first)).GetUpper()), Vector128<short>.Zero);
                var next = places + Vector128<byte>.One;
                var (here, under) = (Vector128.Load(line), Vector128.Load(line + width));
                Mix(Pick(here, places), Pick(here, next), Pick(under, places), Pick(under, next), us, vs, to);
                return;
            }

            var at = ((vs >> 16) * width) + columns;
            // Four bytes each, of which the first two are wanted.
            var row = Avx2.GatherVector256((int*)pixels, at, 1);
            var below = Avx2.GatherVector256((int*)(pixels + width), at, 1);
            var byteMask = Vector256.Create(255);
            Mix(row & byteMask, (row >> 8) & byteMask, below & byteMask, (below >> 8) & byteMask, us, vs, to);
        }
    }

    private static Vector256<int> Pick(Vector128<byte> line, Vector128<byte> places) => Avx2.ConvertToVector256Int32(Ssse3.Shuffle(line, places));

    private static void Mix(Vector256<int> left, Vector256<int> right, Vector256<int> lowLeft, Vector256<int> lowRight, Vector256<int> us, Vector256<int> vs, Span<byte> to)
    {
        var byteMask = Vector256.Create(255);
        var top = (left << 8) + (((us >> 8) & byteMask) * (right - left));
        var bottom = (lowLeft << 8) + (((us >> 8) & byteMask) * (lowRight - lowLeft));
        var mixed = ((top << 8) + (((vs >> 8) & byteMask) * (bottom - top)) + Vector256.Create(Half)) >> 16;
        var shorts = Vector128.Narrow(mixed.GetLower(), mixed.GetUpper()).AsUInt16();
        Vector128.Narrow(shorts, shorts).GetLower().CopyTo(to);
    }

    private static unsafe void Four(ref byte source, int width, int u, int v, int du, int dv, Span<byte> to)
    {
        fixed (byte* pixels = &source)
        {
            var us = Vector128.Create(u) + (Vector128<int>.Indices * du);
            var vs = Vector128.Create(v) + (Vector128<int>.Indices * dv);
            var at = ((vs >> 16) * width) + (us >> 16);
            var row = Avx2.GatherVector128((int*)pixels, at, 1);
            var below = Avx2.GatherVector128((int*)(pixels + width), at, 1);
            var byteMask = Vector128.Create(255);
            var (wu, wv) = ((us >> 8) & byteMask, (vs >> 8) & byteMask);
            var (left, lowLeft) = (row & byteMask, below & byteMask);
            var top = (left << 8) + (wu * (((row >> 8) & byteMask) - left));
            var bottom = (lowLeft << 8) + (wu * (((below >> 8) & byteMask) - lowLeft));
            var mixed = ((top << 8) + (wv * (bottom - top)) + Vector128.Create(Half)) >> 16;
            var shorts = Vector128.Narrow(mixed, mixed).AsUInt16();
            MemoryMarshal.Write(to, Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar());
        }
    }
}
