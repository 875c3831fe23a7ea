namespace Rig.Ingest.Stitch.Vision;

/// <summary>One 8-bit plane without padding.</summary>
internal sealed record GrayPicture(int Width, int Height, byte[] Pixels)
{
    public GrayPicture(int width, int height)
        : this(width, height, new byte[width * height])
    {
    }
}
