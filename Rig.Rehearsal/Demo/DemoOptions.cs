using System.Globalization;

namespace Rig.Rehearsal.Demo;

/// <param name="Seconds">How long the match is filmed.</param>
/// <param name="FootageFolder">Files to play as cameras; null for the synthetic match.</param>
/// <param name="Exit">Stop everything once the chain is done, instead of staying up.</param>
/// <param name="JsonFile">Where the summary goes; null for nowhere.</param>
/// <param name="KeepFolder">Where all data is kept; null for a temporary folder that is deleted.</param>
internal sealed record DemoOptions(int Seconds, VideoMode Mode, string? FootageFolder, bool Exit, string? JsonFile, string? KeepFolder);

/// <summary>Written <c>1280x720@30</c>.</summary>
internal readonly record struct VideoMode(int Width, int Height, int Fps)
{
    /// <summary>Three cameras of it, drawn, encoded and written, leave room on two cores.</summary>
    public static readonly VideoMode Default = new(1280, 720, 30);

    public static bool TryParse(string text, out VideoMode mode)
    {
        mode = default;
        var parts = text.Split('x', '@');
        if (parts.Length != 3
            || text.IndexOf('x', StringComparison.Ordinal) > text.IndexOf('@', StringComparison.Ordinal)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var fps)
            || width is < 320 or > 3840 || height is < 180 or > 2160 || width % 2 != 0 || height % 2 != 0 || fps is < 5 or > 60)
        {
            return false;
        }

        mode = new VideoMode(width, height, fps);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}@{Fps}");
}
