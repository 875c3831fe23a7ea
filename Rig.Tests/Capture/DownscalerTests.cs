using Rig.CameraNode.Imaging;

namespace Rig.Tests.Capture;

public sealed class DownscalerTests
{
    [Theory]
    [InlineData(1280, 720, 480, 270)]
    [InlineData(322, 182, 107, 60)]
    [InlineData(64, 64, 64, 64)]
    public void Each_pixel_is_the_average_of_the_area_it_stands_for(int width, int height, int toWidth, int toHeight)
    {
        var frame = new Yuv420Frame(width, height);
        var random = new Random(7);
        random.NextBytes(frame.Y);
        frame.U.Fill(128);
        frame.V.Fill(128);

        var rgb = new Downscaler(toWidth, toHeight).ToRgb(frame);

        for (var y = 0; y < toHeight; y += 7)
        {
            for (var x = 0; x < toWidth; x += 5)
            {
                var (left, right, top, bottom) = (x * width / toWidth, (x + 1) * width / toWidth, y * height / toHeight, (y + 1) * height / toHeight);
                var sum = 0;
                for (var row = top; row < bottom; row++)
                {
                    for (var column = left; column < right; column++)
                    {
                        sum += frame.Y[(row * width) + column];
                    }
                }

                var grey = Math.Clamp((((double)sum / ((right - left) * (bottom - top))) - 16) * 255 / 219, 0, 255);
                Assert.InRange(rgb[((y * toWidth) + x) * 3], grey - 0.51, grey + 0.51);
                Assert.Equal(rgb[((y * toWidth) + x) * 3], rgb[(((y * toWidth) + x) * 3) + 2]);
            }
        }
    }

    [Fact]
    public void A_picture_leaves_nothing_in_the_next_one()
    {
        var (bright, dark) = (new Yuv420Frame(64, 64), new Yuv420Frame(64, 64));
        bright.Data.AsSpan().Fill(235);
        dark.Data.AsSpan().Fill(128);
        dark.Y.Fill(16);
        var scaler = new Downscaler(20, 20);
        scaler.ToRgb(bright);
        Assert.All(scaler.ToRgb(dark), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Pure_colours_of_BT_709_come_out_as_such()
    {
        var frame = new Yuv420Frame(64, 64);
        frame.Y.Fill(63);
        frame.U.Fill(102);
        frame.V.Fill(240);
        var red = new Downscaler(32, 32).ToRgb(frame);
        Assert.InRange(red[0], 253, 255);
        Assert.InRange(red[1], 0, 2);
        Assert.InRange(red[2], 0, 2);
    }
}
