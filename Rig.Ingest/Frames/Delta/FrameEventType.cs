namespace Rig.Ingest.Frames;

/// <summary>What can have happened before a camera; devices may report types of their own.</summary>
internal static class FrameEventType
{
    public const string Interaction = "interaction_detected";
    public const string StockChanged = "stock_changed";
    public const string Obstructed = "camera_obstructed";
    public const string SceneShifted = "scene_shifted";
    public const string Empty = "empty_confirmed";

    private const int MaxLength = 64;

    /// <summary>Lower-case letters, digits and <c>_</c>, the first a letter.</summary>
    public static bool IsValid(string type) =>
        type.Length is > 0 and <= MaxLength && char.IsAsciiLetterLower(type[0]) && type.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
