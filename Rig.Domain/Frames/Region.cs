namespace Rig.Domain.Frames;

/// <summary>A rectangle of a picture in shares of its width and height, 0 to 1, from the upper left corner.</summary>
public sealed record Region(double X, double Y, double W, double H)
{
    public static readonly Region Whole = new(0, 0, 1, 1);

    /// <summary>It lies within the picture and has an area.</summary>
    public bool IsValid => X >= 0 && Y >= 0 && W >= 0.01 && H >= 0.01 && X + W <= 1 + 1e-9 && Y + H <= 1 + 1e-9;

    public bool Contains(double x, double y) => x >= X && x < X + W && y >= Y && y < Y + H;
}

/// <summary>Where in a device's picture to look, and where not.</summary>
/// <param name="Interaction">Movement here is an interaction.</param>
/// <param name="Inventory">What stands here is counted.</param>
/// <param name="Ignore">Nothing here counts.</param>
public sealed record RegionSet(Region Interaction, Region Inventory, IReadOnlyList<Region> Ignore)
{
    public const int MaxIgnored = 32;

    public static readonly RegionSet Default = new(Region.Whole, Region.Whole, []);
}
