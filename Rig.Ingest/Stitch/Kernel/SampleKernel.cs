using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rig.Ingest.Stitch.Kernel;

internal enum KernelPath
{
    Scalar,

    /// <summary>8 samples a round in 128-bit vectors: NEON on ARM, SSE on x86.</summary>
    Vector128,

    /// <summary>16 samples a round.</summary>
    Avx2,
}

/// <summary>A camera's correction to its neighbours' exposure: value' = (Gain * value + Bias) in fixed point.</summary>
/// <param name="Gain">1/256; at most 511, so that weight times gain fits 16 bits.</param>
/// <param name="Bias">1/2^20, half a step for rounding included.</param>
internal readonly record struct SampleGain(int Gain, int Bias)
{
    public const int Shift = 20;

    /// <summary>Scales about a level that stays where it is, 16 (black) for luma and 128 (grey) for chroma, then adds the offset.</summary>
    public static SampleGain About(double level, double gain, double offset)
    {
        var fixedGain = (int)Math.Round(Math.Clamp(gain, 0.1, 1.99) * 256);
        return new SampleGain(fixedGain, (int)Math.Round(((level * (1 - (fixedGain / 256.0))) + offset) * (1 << Shift)) + (1 << (Shift - 1)));
    }
}

/// <summary>
/// Bilinear samples through a table, the inner loop of stitching. All paths compute the same integers: horizontal weights of 1/64,
/// vertical ones of 1/64 times the gain, one rounding at the end.
/// </summary>
internal static unsafe class SampleKernel
{
    public static KernelPath Best { get; } = Avx2.IsSupported ? KernelPath.Avx2 : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? KernelPath.Vector128 : KernelPath.Scalar;

    /// <summary>Writes <paramref name="count"/> samples to <paramref name="output"/>.</summary>
    public static void Run(KernelPath path, byte* source, int stride, int* offsets, byte* fx, byte* fy, byte* output, int count, SampleGain gain)
    {
        var done = path switch
        {
            KernelPath.Avx2 => RunAvx2(source, stride, offsets, fx, fy, output, count, gain),
            KernelPath.Vector128 => RunVector128(source, stride, offsets, fx, fy, output, count, gain),
            _ => 0,
        };
        for (var i = done; i < count; i++)
        {
            var p = source + offsets[i];
            var top = (p[0] * (SampleTable.FractionOne - fx[i])) + (p[1] * fx[i]);
            var bottom = (p[stride] * (SampleTable.FractionOne - fx[i])) + (p[stride + 1] * fx[i]);
            var value = ((top * (SampleTable.FractionOne - fy[i])) + (bottom * fy[i])) * gain.Gain;
            output[i] = (byte)Math.Clamp((value + gain.Bias) >> SampleGain.Shift, 0, 255);
        }
    }

    private static int RunAvx2(byte* source, int stride, int* offsets, byte* fx, byte* fy, byte* output, int count, SampleGain gain)
    {
        var one = Vector128.Create((byte)SampleTable.FractionOne);
        var gains = Vector256.Create((short)gain.Gain);
        var bias = Vector256.Create(gain.Bias);
        var below = source + stride;
        var i = 0;
        for (; i + 16 <= count; i += 16)
        {
            var top = Pairs256(source, offsets + i).AsByte();
            var bottom = Pairs256(below, offsets + i).AsByte();
            var x = Vector128.Load(fx + i);
            var xRest = Sse2.Subtract(one, x);
            var weightsX = Vector256.Create(Sse2.UnpackLow(xRest, x), Sse2.UnpackHigh(xRest, x)).AsSByte();
            var upper = Avx2.MultiplyAddAdjacent(top, weightsX);
            var lower = Avx2.MultiplyAddAdjacent(bottom, weightsX);

            var y = Vector128.Load(fy + i);
            var weightLower = Avx2.MultiplyLow(Avx2.ConvertToVector256Int16(y), gains);
            var weightUpper = Avx2.MultiplyLow(Avx2.ConvertToVector256Int16(Sse2.Subtract(one, y)), gains);
            var low = Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(upper, lower), Avx2.UnpackLow(weightUpper, weightLower));
            var high = Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(upper, lower), Avx2.UnpackHigh(weightUpper, weightLower));
            low = Avx2.ShiftRightArithmetic(Avx2.Add(low, bias), SampleGain.Shift);
            high = Avx2.ShiftRightArithmetic(Avx2.Add(high, bias), SampleGain.Shift);
            var words = Avx2.PackSignedSaturate(low, high);
            Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper()).Store(output + i);
        }

        return i;
    }

    private static int RunVector128(byte* source, int stride, int* offsets, byte* fx, byte* fy, byte* output, int count, SampleGain gain)
    {
        var one = Vector128.Create((ushort)SampleTable.FractionOne);
        var gains = Vector128.Create((ushort)gain.Gain);
        var bias = Vector128.Create(gain.Bias);
        var lowByte = Vector128.Create((ushort)0xFF);
        var below = source + stride;
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var top = Pairs128(source, offsets + i);
            var bottom = Pairs128(below, offsets + i);
            var x = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)(fx + i)).AsByte());
            var y = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)(fy + i)).AsByte());
            var upper = ((top & lowByte) * (one - x)) + ((top >>> 8) * x);
            var lower = ((bottom & lowByte) * (one - x)) + ((bottom >>> 8) * x);
            var weightUpper = (one - y) * gains;
            var weightLower = y * gains;
            var low = (Vector128.WidenLower(upper) * Vector128.WidenLower(weightUpper)) + (Vector128.WidenLower(lower) * Vector128.WidenLower(weightLower));
            var high = (Vector128.WidenUpper(upper) * Vector128.WidenUpper(weightUpper)) + (Vector128.WidenUpper(lower) * Vector128.WidenUpper(weightLower));
            var lowValue = Clamped(low.AsInt32() + bias);
            var highValue = Clamped(high.AsInt32() + bias);
            var words = Vector128.Narrow(lowValue, highValue).AsUInt16();
            *(ulong*)(output + i) = Vector128.Narrow(words, words).AsUInt64().ToScalar();
        }

        return i;
    }

    private static Vector128<int> Clamped(Vector128<int> value) =>
        Vector128.Min(Vector128.Max(value >> SampleGain.Shift, Vector128<int>.Zero), Vector128.Create(255));

    /// <summary>Sixteen pairs of horizontal neighbours. Two 16-bit loads beat four 8-bit ones, and hardware gathers gain nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Pairs256(byte* source, int* offsets) => Vector256.Create(Pairs128(source, offsets), Pairs128(source, offsets + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Pairs128(byte* source, int* o)
    {
        if (Sse2.IsSupported)
        {
            var v = Vector128.CreateScalarUnsafe(Pair(source, o[0])).AsUInt16();
            v = Sse2.Insert(v, Pair(source, o[1]), 1);
            v = Sse2.Insert(v, Pair(source, o[2]), 2);
            v = Sse2.Insert(v, Pair(source, o[3]), 3);
            v = Sse2.Insert(v, Pair(source, o[4]), 4);
            v = Sse2.Insert(v, Pair(source, o[5]), 5);
            v = Sse2.Insert(v, Pair(source, o[6]), 6);
            return Sse2.Insert(v, Pair(source, o[7]), 7);
        }

        return Vector128.Create(
            Pair(source, o[0]), Pair(source, o[1]), Pair(source, o[2]), Pair(source, o[3]), Pair(source, o[4]), Pair(source, o[5]), Pair(source, o[6]), Pair(source, o[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Pair(byte* source, int offset) => Unsafe.ReadUnaligned<ushort>(source + offset);
}
