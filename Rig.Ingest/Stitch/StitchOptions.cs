namespace Rig.Ingest.Stitch;

/// <summary>Section <c>Rig:Stitch</c>.</summary>
public sealed class StitchOptions
{
    public const string Section = "Rig:Stitch";

    /// <summary>Camera id to a folder of checkerboard pictures (jpg or png) taken with that camera at the recorded size.</summary>
    public Dictionary<string, string> CheckerboardFolders { get; set; } = [];

    /// <summary>Inner corners of the checkerboard along its longer side.</summary>
    public int CheckerboardColumns { get; set; } = 9;

    public int CheckerboardRows { get; set; } = 5;

    /// <summary>Camera id to a CVAT file of pitch points marked in a full-size picture of that camera; labels "(x,y)" in metres, y from the far touchline.</summary>
    public Dictionary<string, string> PitchPointsFiles { get; set; } = [];

    public double PitchLengthM { get; set; } = 105;

    public double PitchWidthM { get; set; } = 68;

    /// <summary>The panorama keeps the cameras' resolution up to this width.</summary>
    public int MaxWidth { get; set; } = 5760;

    /// <summary><c>h264</c> or <c>h265</c>.</summary>
    public string Codec { get; set; } = "h264";

    /// <summary>x264's and x265's preset name.</summary>
    public string EncoderPreset { get; set; } = "veryfast";

    /// <summary>Constant rate factor: lower is better and larger.</summary>
    public int Crf { get; set; } = 23;

    /// <summary>Threads that draw the panorama; decoding and encoding have their own.</summary>
    public int Threads { get; set; } = 2;
}
