using Rig.Ingest.Stitch.Video;
using Rig.Tests.Capture;

namespace Rig.Tests.Stitch;

/// <summary>A short video of four fields of different brightness and colour, so that every turn, stretch and conversion shows.</summary>
internal static class Quadrants
{
    public const int Width = 192;
    public const int Height = 108;

    /// <summary>Luma, Cb and Cr of BT.709 in video range: upper left, upper right, lower left, lower right.</summary>
    public static readonly (int Y, int U, int V)[] Colours = [(60, 120, 134), (190, 138, 134), (100, 120, 122), (150, 138, 122)];

    /// <summary>Writes a plain H.264 file that says what it is.</summary>
    public static Task PlainAsync(string path, double seconds = 1, string fps = "25") => Ffmpeg.RunAsync("ffmpeg", [
        "-v", "error", "-y", "-f", "lavfi", "-i",
        FormattableString.Invariant($"nullsrc=s={Width}x{Height}:r={fps}:d={seconds},format=yuv420p,geq=lum='if(lt(Y,H/2),if(lt(X,W/2),60,190),if(lt(X,W/2),100,150))':cb='if(lt(X,W/2),120,138)':cr='if(lt(Y,H/2),134,122)'"),
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", path]);

    /// <summary>The middle of each field, in the order of <see cref="Colours"/>.</summary>
    public static unsafe (int Y, int U, int V)[] Of(VideoFrame frame)
    {
        var colours = new (int, int, int)[4];
        for (var i = 0; i < 4; i++)
        {
            var (x, y) = (frame.Width * (1 + (2 * (i % 2))) / 4, frame.Height * (1 + (2 * (i / 2))) / 4);
            var chroma = ((long)y / 2 * frame.StrideC) + (x / 2);
            colours[i] = (frame.Y[((long)y * frame.StrideY) + x], frame.U[chroma], frame.V[chroma]);
        }

        return colours;
    }

    public static void AssertNear((int Y, int U, int V)[] expected, (int Y, int U, int V)[] actual, int steps)
    {
        for (var i = 0; i < 4; i++)
        {
            var ((y, u, v), (ay, au, av)) = (expected[i], actual[i]);
            Assert.True(Math.Abs(y - ay) <= steps && Math.Abs(u - au) <= steps && Math.Abs(v - av) <= steps, $"field {i}: {expected[i]} expected, {actual[i]} read");
        }
    }
}
