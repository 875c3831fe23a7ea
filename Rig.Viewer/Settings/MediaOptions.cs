namespace Rig.Viewer.Settings;

/// <summary>Section <c>Rig:Media</c>.</summary>
internal sealed class MediaOptions
{
    public const string Section = "Rig:Media";

    /// <summary>Folder of videos and pictures; made if it is not there.</summary>
    public string Path { get; set; } = "/var/lib/rig-viewer";

    /// <summary>Largest file that is taken.</summary>
    public double MaxFileSizeGb { get; set; } = 50;

    /// <summary>Largest sum of one game's files that is taken.</summary>
    public double MaxGameSizeGb { get; set; } = 60;

    /// <summary>
    /// The place in nginx that leads to the media folder, such as <c>/rig-media/</c> (scripts/nginx/rig-viewer.conf): then nginx sends the
    /// files, and its group may read them. Empty: the program sends them itself.
    /// </summary>
    public string AccelPrefix { get; set; } = "";

    public long MaxFileSizeBytes => (long)(MaxFileSizeGb * 1e9);

    public long MaxGameSizeBytes => (long)(MaxGameSizeGb * 1e9);
}
