namespace Rig.Ingest.Detect.Learned;

/// <summary>A rectangle of a picture, pixels; it may reach beyond the picture.</summary>
internal readonly record struct Tile(int Left, int Top, int Width, int Height)
{
    public int Right => Left + Width;

    public int Bottom => Top + Height;
}
