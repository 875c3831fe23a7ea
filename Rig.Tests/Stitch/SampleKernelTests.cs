using Rig.Ingest.Stitch.Kernel;

namespace Rig.Tests.Stitch;

public sealed unsafe class SampleKernelTests
{
    [Theory]
    [InlineData(1.0, 0)]
    [InlineData(1.31, -7.5)]
    [InlineData(0.62, 11)]
    public void Every_path_draws_the_same_bytes_from_random_tables(double gain, double offset)
    {
        const int Stride = 200, Rows = 90, Count = 1003;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var source = new byte[Stride * Rows];
            random.NextBytes(source);
            var offsets = Enumerable.Range(0, Count).Select(_ => (random.Next(Rows - 1) * Stride) + random.Next(Stride - 1)).ToArray();
            var fx = Enumerable.Range(0, Count).Select(_ => (byte)random.Next(65)).ToArray();
            var fy = Enumerable.Range(0, Count).Select(_ => (byte)random.Next(65)).ToArray();
            var correction = SampleGain.About(16, gain, offset);

            var scalar = Draw(KernelPath.Scalar);
            Assert.Equal(scalar, Draw(KernelPath.Vector128));
            if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            {
                Assert.Equal(scalar, Draw(KernelPath.Avx2));
            }

            byte[] Draw(KernelPath path)
            {
                var output = new byte[Count];
                fixed (byte* s = source, x = fx, y = fy, o = output)
                fixed (int* at = offsets)
                {
                    SampleKernel.Run(path, s, Stride, at, x, y, o, Count, correction);
                }

                return output;
            }
        }
    }

    [Fact]
    public void A_sample_on_a_pixel_is_that_pixel_and_one_between_is_their_mean()
    {
        byte[] source = [10, 20, 30, 50];
        int[] offsets = [0, 0, 0, 0];
        byte[] fx = [0, 64, 32, 32], fy = [0, 64, 0, 32], output = new byte[4];
        fixed (byte* s = source, x = fx, y = fy, o = output)
        fixed (int* at = offsets)
        {
            SampleKernel.Run(KernelPath.Scalar, s, 2, at, x, y, o, 4, SampleGain.About(16, 1, 0));
        }

        Assert.Equal([10, 50, 15, 28], output);
    }
}
