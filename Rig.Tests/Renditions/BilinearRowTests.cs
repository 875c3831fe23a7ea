using Rig.Ingest.Renditions;

namespace Rig.Tests.Renditions;

public sealed class BilinearRowTests
{
    [Theory]
    [InlineData(8, 1 << 16)]
    [InlineData(4, 1 << 16)]
    [InlineData(8, 1 << 10)]
    [InlineData(4, 1 << 10)]
    public void Many_at_once_are_what_one_by_one_are(int count, int steepest)
    {
        const int Width = 64;
        var random = new Random(17);
        var plane = new byte[Width * 64];
        random.NextBytes(plane);
        for (var round = 0; round < 1000; round++)
        {
            var (u, v) = (random.Next(1 << 16, 50 << 16), random.Next(20 << 16, 40 << 16));
            var (du, dv) = (random.Next(3 << 15), random.Next(-steepest, steepest));
            var (fast, plain) = (new byte[count], new byte[count]);

            BilinearRow.Sample(plane, Width, u, v, du, dv, fast);
            BilinearRow.OneByOne(ref plane[0], Width, u, v, du, dv, plain);

            Assert.Equal(plain, fast);
        }
    }
}
