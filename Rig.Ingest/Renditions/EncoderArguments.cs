using System.Globalization;

namespace Rig.Ingest.Renditions;

/// <summary>ffmpeg's arguments for one rendition: bounded bit rate, closed groups of pictures of one segment each, one CMAF track.</summary>
internal static class EncoderArguments
{
    private const int Crf = 23;
    private const int HevcCrf = 27;

    /// <param name="label">Of the filter graph's output that is encoded.</param>
    /// <param name="path">Output file, the last argument; overwritten.</param>
    public static IEnumerable<string> Of(RenditionPlan plan, string label, RenditionOptions options, string path) =>
    [
        "-map", $"[{label}]",
        .. plan.Codec == "hevc"
            ? new[] { "-c:v", "libx265", "-preset", options.HevcPreset, "-crf", Number(HevcCrf), "-tag:v", "hvc1", "-x265-params", "log-level=error:scenecut=0:open-gop=0:bframes=0" }
            : ["-c:v", "libx264", "-preset", options.Preset, "-crf", Number(Crf), "-profile:v", "high", "-sc_threshold", "0", "-bf", "0"],
        "-maxrate", $"{plan.MaxKbps}k", "-bufsize", $"{plan.MaxKbps}k",
        // Longer than any segment: key frames come where segments begin and nowhere else.
        "-g", "100000", "-force_key_frames", $"expr:gte(t,n_forced*{Ladder.SegmentSeconds})",
        "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-movflags", "+cmaf+frag_keyframe+skip_trailer", "-use_editlist", "0", "-f", "mp4", FileUrl(path),
    ];

    /// <summary>Its file is named apart.</summary>
    public static IReadOnlyList<string> Sound { get; } =
    [
        "-vn", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000",
        "-movflags", "+cmaf+skip_trailer", "-frag_duration", Number(Ladder.SegmentSeconds * 1_000_000), "-use_editlist", "0", "-f", "mp4",
    ];

    /// <summary>With the protocol said, ffmpeg looks for none in the name.</summary>
    public static string FileUrl(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>One picture in, one for each rendition out, labelled <c>v0</c>, <c>v1</c>, ...; each is scaled from the one before it.</summary>
    public static string Graph(int sourceWidth, int sourceHeight, IReadOnlyList<RenditionPlan> plans)
    {
        var steps = new List<string>();
        var from = "0:v:0";
        for (var i = 0; i < plans.Count; i++)
        {
            var same = i == 0 && (plans[0].Width, plans[0].Height) == (sourceWidth, sourceHeight);
            var filter = same ? "null" : $"scale={Number(plans[i].Width)}:{Number(plans[i].Height)}:flags=fast_bilinear,setsar=1";
            steps.Add(i == plans.Count - 1 ? $"[{from}]{filter}[v{i}]" : $"[{from}]{filter},split=2[v{i}][n{i}]");
            from = $"n{i}";
        }

        return string.Join(';', steps);
    }

    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
