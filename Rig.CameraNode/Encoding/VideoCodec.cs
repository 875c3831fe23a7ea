namespace Rig.CameraNode.Encoding;

internal enum VideoCodec
{
    H264 = 1,
    H265 = 2,
}

internal static class VideoCodecNames
{
    /// <summary>As the manifest writes it.</summary>
    internal static string Name(this VideoCodec codec) => codec == VideoCodec.H265 ? "h265" : "h264";

    internal static bool TryParse(string? text, out VideoCodec codec)
    {
        codec = text switch { "h264" => VideoCodec.H264, "h265" => VideoCodec.H265, _ => default };
        return codec != default;
    }
}
