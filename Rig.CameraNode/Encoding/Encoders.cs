using Rig.CameraNode.Encoding.V4l2;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.V4l2;
using Rig.Media;

namespace Rig.CameraNode.Encoding;

/// <summary>An encoder of this machine.</summary>
/// <param name="Id">As configuration and proofs name it: <c>libx264</c>, <c>libx265</c>, <c>v4l2 CARD</c>.</param>
internal sealed record EncoderKind(string Id, VideoCodec Codec, V4l2EncoderInfo? Hardware);

/// <summary>The encoders there are, and how to make one.</summary>
internal static class Encoders
{
    internal const string X264 = "libx264";
    internal const string X265 = "libx265";
    private const string HardwarePrefix = "v4l2 ";

    /// <summary>In the order in which they are wanted: H.265 before H.264, and of each the hardware's before the software's.</summary>
    internal static IReadOnlyList<EncoderKind> Find()
    {
        var hardware = V4l2Discovery.EncoderDevices();
        // Without ffmpeg there are none.
        var software = FfmpegPrograms.Encoders([X264, X265]);
        return
        [
            .. Hardware(hardware, PixelFormats.Hevc, VideoCodec.H265),
            .. software.Contains(X265) ? [new EncoderKind(X265, VideoCodec.H265, null)] : Array.Empty<EncoderKind>(),
            .. Hardware(hardware, PixelFormats.H264, VideoCodec.H264),
            .. software.Contains(X264) ? [new EncoderKind(X264, VideoCodec.H264, null)] : Array.Empty<EncoderKind>(),
        ];
    }

    internal static bool IsSoftware(string id) => !id.StartsWith(HardwarePrefix, StringComparison.Ordinal);

    internal static string SoftwareId(VideoCodec codec) => codec == VideoCodec.H265 ? X265 : X264;

    /// <summary>Makes encoders of one kind; a hardware one is looked up by its card, whatever number its node has now.</summary>
    /// <param name="lender">The camera's layout, for an encoder that can read the camera's memory itself.</param>
    /// <exception cref="InvalidDataException">There is no such encoder.</exception>
    internal static Func<IVideoEncoder> Factory(string id, EncoderSettings settings, PictureLayout? lender)
    {
        if (IsSoftware(id))
        {
            return id == SoftwareId(settings.Codec)
                ? () => new FfmpegEncoder(settings)
                : throw new InvalidDataException($"The encoder '{id}' does not encode {settings.Codec.Name()}.");
        }

        var coded = settings.Codec == VideoCodec.H265 ? PixelFormats.Hevc : PixelFormats.H264;
        var info = V4l2Discovery.EncoderDevices().FirstOrDefault(e => HardwarePrefix + e.Card == id && e.Coded.Contains(coded))
            ?? throw new InvalidDataException($"The encoder '{id}' is not there; run 'rig-node probe' to see which are.");
        return () => new V4l2Encoder(info, coded, settings, lender);
    }

    private static IEnumerable<EncoderKind> Hardware(IEnumerable<V4l2EncoderInfo> encoders, uint coded, VideoCodec codec) =>
        encoders.Where(e => e.Coded.Contains(coded)).Select(e => new EncoderKind(HardwarePrefix + e.Card, codec, e));
}
