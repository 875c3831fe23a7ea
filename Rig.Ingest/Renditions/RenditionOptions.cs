namespace Rig.Ingest.Renditions;

/// <summary>Configuration section <c>Rig:Renditions</c>.</summary>
public sealed class RenditionOptions
{
    public const string Section = "Rig:Renditions";

    private static readonly string[] Presets = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"];

    /// <summary>Of x264: faster costs picture at the same, bounded bit rate.</summary>
    public string Preset { get; set; } = "superfast";

    /// <summary>Of x265, which makes the full-width panorama where it is wider than 4096.</summary>
    public string HevcPreset { get; set; } = "ultrafast";

    /// <summary>What is wrong with these options, each naming its key; empty when nothing is.</summary>
    internal IEnumerable<string> Errors()
    {
        foreach (var (key, value) in new[] { (nameof(Preset), Preset), (nameof(HevcPreset), HevcPreset) })
        {
            if (!Presets.Contains(value))
            {
                yield return $"{Section}:{key} is '{value}'; use one of {string.Join(", ", Presets)}.";
            }
        }
    }
}
