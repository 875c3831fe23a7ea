using Rig.CameraNode.Imaging;

namespace Rig.Tests.Drivers;

public sealed class PixelConverterTests
{
    // Wider than a vector and no multiple of one, so that vector code and its remainder both run.
    private const int Width = 70;
    private const int Height = 6;
    private const int Pad = 10;

    [Theory]
    [InlineData(PixelFormats.Yu12)]
    [InlineData(PixelFormats.Nv12)]
    public void A_frame_comes_back_from_an_encoders_layout_as_it_was(uint format)
    {
        var layout = new PictureLayout(Width, Height, format, Width + Pad, (Width + Pad) * Height * 2);
        var frame = Random(3);
        var picture = new byte[layout.SizeBytes];
        PixelConverter.FromI420(frame, layout, picture);
        var back = new Yuv420Frame(Width, Height);
        PixelConverter.ToI420(picture, layout, back);
        Assert.Equal(frame.Data, back.Data);
    }

    [Theory]
    [InlineData(PixelFormats.Yuyv, 0, 1, 3)]
    [InlineData(PixelFormats.Uyvy, 1, 0, 2)]
    public void Packed_4_2_2_keeps_its_luma_and_averages_the_chroma_of_two_rows(uint format, int luma, int u, int v)
    {
        var stride = (2 * Width) + Pad;
        var picture = new byte[stride * Height];
        new Random(5).NextBytes(picture);
        var frame = new Yuv420Frame(Width, Height);
        PixelConverter.ToI420(picture, new PictureLayout(Width, Height, format, stride, picture.Length), frame);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                Assert.Equal(picture[(y * stride) + (2 * x) + luma], frame.Y[(y * Width) + x]);
            }
        }

        for (var y = 0; y < Height / 2; y++)
        {
            for (var x = 0; x < Width / 2; x++)
            {
                int Mean(int offset) => (picture[(2 * y * stride) + (4 * x) + offset] + picture[(((2 * y) + 1) * stride) + (4 * x) + offset] + 1) / 2;
                Assert.Equal(Mean(u), frame.U[(y * Width / 2) + x]);
                Assert.Equal(Mean(v), frame.V[(y * Width / 2) + x]);
            }
        }
    }

    [Theory]
    [InlineData(255, 255, 255, 235, 128, 128)]
    [InlineData(0, 0, 0, 16, 128, 128)]
    [InlineData(255, 0, 0, 63, 102, 240)]
    [InlineData(0, 0, 255, 32, 240, 118)]
    public void Rgb_becomes_limited_range_bt709(int r, int g, int b, int y, int u, int v)
    {
        foreach (var format in new[] { PixelFormats.Rgb3, PixelFormats.Bgr3 })
        {
            byte[] pixel = format == PixelFormats.Rgb3 ? [(byte)r, (byte)g, (byte)b] : [(byte)b, (byte)g, (byte)r];
            var picture = Enumerable.Repeat(pixel, Width * Height).SelectMany(p => p).ToArray();
            var frame = new Yuv420Frame(Width, Height);
            PixelConverter.ToI420(picture, new PictureLayout(Width, Height, format, 3 * Width, picture.Length), frame);
            Assert.All(frame.Y.ToArray(), value => Assert.InRange(value, y - 1, y + 1));
            Assert.All(frame.U.ToArray(), value => Assert.InRange(value, u - 1, u + 1));
            Assert.All(frame.V.ToArray(), value => Assert.InRange(value, v - 1, v + 1));
        }
    }

    [Fact]
    public void A_picture_that_is_too_short_is_refused_and_not_read_past_its_end()
    {
        var layout = new PictureLayout(Width, Height, PixelFormats.Nv12, Width, Width * Height * 3 / 2);
        var refused = Assert.Throws<InvalidDataException>(() => PixelConverter.ToI420(new byte[layout.SizeBytes - 1], layout, new Yuv420Frame(Width, Height)));
        Assert.Contains("NV12", refused.Message, StringComparison.Ordinal);
    }

    private static Yuv420Frame Random(int seed)
    {
        var frame = new Yuv420Frame(Width, Height);
        new Random(seed).NextBytes(frame.Data);
        return frame;
    }
}
