namespace Rig.CameraNode.Encoding;

/// <param name="Preset">An x264/x265 preset name.</param>
internal sealed record EncoderSettings(VideoCodec Codec, int Width, int Height, int Fps, double BitrateMbps, string Preset)
{
    internal static readonly IReadOnlyList<string> Presets = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"];

    internal int FrameBytes => Width * Height * 3 / 2;

    /// <summary>One thread as far as 1080p at 30 frames a second, which leaves the other cores to other cameras; then as many as there are.</summary>
    internal int Threads => (long)Width * Height * Fps <= 1920L * 1080 * 30 ? 1 : Environment.ProcessorCount;

    /// <summary>The ffmpeg command line: raw pictures in on stdin; out on stdout an access unit with delimiter for each, at once and in order.</summary>
    internal IReadOnlyList<string> FfmpegArguments()
    {
        var kbit = (int)Math.Round(BitrateMbps * 1000);
        var common = $"keyint={Fps}:min-keyint={Fps}:scenecut=0:open-gop=0:aud=1:repeat-headers=1";
        string[] codec = Codec == VideoCodec.H265
            ? ["-c:v", "libx265", "-preset", Preset, "-tune", "zerolatency", "-x265-params", $"{common}:bframes=0:pools={Threads}:frame-threads=1:log-level=error", "-f", "hevc"]
            : ["-c:v", "libx264", "-preset", Preset, "-tune", "zerolatency", "-profile:v", "high", "-x264-params", $"{common}:threads={Threads}", "-f", "h264"];
        return
        [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1", "-filter_threads", "1",
            "-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", $"{Width}x{Height}", "-framerate", $"{Fps}",
            "-color_range", "tv", "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709",
            "-probesize", "32", "-i", "pipe:0", "-fps_mode", "passthrough", "-an",
            "-b:v", $"{kbit}k", "-maxrate", $"{kbit}k", "-bufsize", $"{kbit}k",
            "-color_range", "tv", "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709",
            .. codec, "-flush_packets", "1", "pipe:1",
        ];
    }
}
