using Rig.Domain.Recordings;

namespace Rig.CameraNode.Imaging;

/// <summary>A moving grey ramp that costs next to nothing to draw: for tests and for measuring encoders.</summary>
internal sealed class TestPatternSource(int width, int height, int fps) : IFrameSource
{
    public string Model => "Test pattern";

    public int Width => width;

    public int Height => height;

    public int Fps => fps;

    public ManifestLens? Lens => null;

    public void BeginTake(string truthPath, DateTimeOffset matchZeroMaster)
    {
    }

    /// <summary>The first 16 pixels of the first 16 rows carry the frame's number modulo 2^16 as bright and dark 4x4 blocks, so that a test can read it back.</summary>
    public void Fill(Yuv420Frame frame, TimeSpan? sinceMatchZero)
    {
        var number = (int)Math.Round((sinceMatchZero ?? TimeSpan.Zero).TotalSeconds * fps);
        for (var y = 0; y < height; y++)
        {
            frame.Y.Slice(y * width, width).Fill((byte)(40 + ((y + (number * 2)) % 160)));
        }

        for (var bit = 0; bit < 16; bit++)
        {
            var value = (byte)(((number >> bit) & 1) == 1 ? 235 : 16);
            for (var row = 0; row < 4; row++)
            {
                frame.Y.Slice((((bit / 4 * 4) + row) * width) + (bit % 4 * 4), 4).Fill(value);
            }
        }

        frame.U.Fill(128);
        frame.V.Fill(128);
    }

    public void EndTake()
    {
    }

    public void Dispose()
    {
    }
}
