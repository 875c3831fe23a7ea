using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>A device's regions as cells of the grid.</summary>
internal sealed class RegionMask
{
    private const int EdgeCells = 4;

    public RegionMask(RegionSet regions)
    {
        Regions = regions;
        for (var y = 0; y < LuminanceGrid.Height; y++)
        {
            for (var x = 0; x < LuminanceGrid.Width; x++)
            {
                var (u, v, i) = ((x + 0.5) / LuminanceGrid.Width, (y + 0.5) / LuminanceGrid.Height, (y * LuminanceGrid.Width) + x);
                Edge[i] = x < EdgeCells || y < EdgeCells || x >= LuminanceGrid.Width - EdgeCells || y >= LuminanceGrid.Height - EdgeCells;
                Seen[i] = !regions.Ignore.Any(region => region.Contains(u, v));
                Interaction[i] = Seen[i] && regions.Interaction.Contains(u, v);
                Inventory[i] = Seen[i] && regions.Inventory.Contains(u, v);
            }
        }
    }

    public RegionSet Regions { get; }

    /// <summary>Where something comes into the picture.</summary>
    public bool[] Edge { get; } = new bool[LuminanceGrid.Cells];

    /// <summary>All that is not ignored.</summary>
    public bool[] Seen { get; } = new bool[LuminanceGrid.Cells];

    public bool[] Interaction { get; } = new bool[LuminanceGrid.Cells];

    public bool[] Inventory { get; } = new bool[LuminanceGrid.Cells];
}
