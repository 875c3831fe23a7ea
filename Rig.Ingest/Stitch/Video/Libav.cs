using System.Runtime.InteropServices;

namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// Declarations of libavformat 59, libavcodec 59 and libavutil 57 (ffmpeg 5), and the offsets of the few structure members that have
/// no accessor. <see cref="IsUsable"/> says whether this machine's libraries are those.
/// </summary>
internal static unsafe partial class Libav
{
    internal const int FormatMajor = 59;
    internal const int CodecMajor = 59;
    internal const int UtilMajor = 57;
    internal const int MediaTypeVideo = 0;
    internal const int MediaTypeAudio = 1;
    internal const int SeekBackward = 1;
    internal const int SeekByte = 2;
    internal const int PixelFormatYuv420P = 0;
    internal const int PixelFormatYuvJ420P = 12;
    internal const int SideDataDisplayMatrix = 5;
    internal const double ContainerTicksPerSecond = 1_000_000;
    internal const int ErrorAgain = -11;
    internal const int ErrorEndOfFile = -541478725;
    internal const long NoTimestamp = long.MinValue;

    internal const int FormatContextStreams = 48;
    internal const int FormatContextStartTime = 64;
    internal const int FormatContextDuration = 72;
    internal const int StreamTimeBase = 16;
    internal const int StreamStartTime = 24;
    internal const int StreamDuration = 32;
    internal const int StreamAverageFrameRate = 72;
    internal const int StreamCodecParameters = 208;
    internal const int ParametersFormat = 28;
    internal const int ParametersWidth = 56;
    internal const int ParametersHeight = 60;
    internal const int ParametersColorRange = 76;
    internal const int ParametersColorTransfer = 84;
    internal const int ParametersColorSpace = 88;
    internal const int PacketTime = 8;
    internal const int PacketStreamIndex = 36;
    internal const int PacketDuration = 64;
    internal const int FrameLineSize = 64;
    internal const int FrameWidth = 104;
    internal const int FrameHeight = 108;
    internal const int FrameFormat = 116;
    internal const int FrameBestEffortTimestamp = 344;

    private const string Format = "libavformat.so.59";
    private const string Codec = "libavcodec.so.59";
    private const string Util = "libavutil.so.57";

    private static readonly Lazy<bool> Usable = new(() =>
    {
        try
        {
            return avformat_version() >> 16 == FormatMajor && avcodec_version() >> 16 == CodecMajor && avutil_version() >> 16 == UtilMajor;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    });

    internal static bool IsUsable => Usable.Value;

    [LibraryImport(Format)]
    internal static partial uint avformat_version();

    [LibraryImport(Codec)]
    internal static partial uint avcodec_version();

    [LibraryImport(Util)]
    internal static partial uint avutil_version();

    [LibraryImport(Util)]
    internal static partial void av_log_set_level(int level);

    [LibraryImport(Util)]
    internal static partial int av_strerror(int error, byte* text, nuint size);

    [LibraryImport(Format, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int avformat_open_input(nint* context, string url, nint format, nint options);

    [LibraryImport(Format)]
    internal static partial int avformat_find_stream_info(nint context, nint options);

    [LibraryImport(Format)]
    internal static partial int av_find_best_stream(nint context, int type, int wanted, int related, nint* decoder, int flags);

    [LibraryImport(Format)]
    internal static partial int av_read_frame(nint context, nint packet);

    [LibraryImport(Format)]
    internal static partial int av_seek_frame(nint context, int stream, long timestamp, int flags);

    [LibraryImport(Format)]
    internal static partial Ratio av_guess_sample_aspect_ratio(nint context, nint stream, nint frame);

    [LibraryImport(Format)]
    internal static partial byte* av_stream_get_side_data(nint stream, int type, nuint* size);

    [LibraryImport(Util)]
    internal static partial double av_display_rotation_get(int* matrix);

    [LibraryImport(Util)]
    internal static partial nint av_get_pix_fmt_name(int format);

    [LibraryImport(Util)]
    internal static partial nint av_color_space_name(int space);

    [LibraryImport(Util)]
    internal static partial nint av_color_range_name(int range);

    [LibraryImport(Util)]
    internal static partial nint av_color_transfer_name(int transfer);

    [LibraryImport(Format)]
    internal static partial void avformat_close_input(nint* context);

    [LibraryImport(Codec)]
    internal static partial nint avcodec_alloc_context3(nint codec);

    [LibraryImport(Codec)]
    internal static partial int avcodec_parameters_to_context(nint context, nint parameters);

    [LibraryImport(Codec)]
    internal static partial int avcodec_open2(nint context, nint codec, nint options);

    [LibraryImport(Codec)]
    internal static partial int avcodec_send_packet(nint context, nint packet);

    [LibraryImport(Codec)]
    internal static partial int avcodec_receive_frame(nint context, nint frame);

    [LibraryImport(Codec)]
    internal static partial void avcodec_flush_buffers(nint context);

    [LibraryImport(Codec)]
    internal static partial void avcodec_free_context(nint* context);

    [LibraryImport(Codec)]
    internal static partial nint av_packet_alloc();

    [LibraryImport(Codec)]
    internal static partial void av_packet_unref(nint packet);

    [LibraryImport(Codec)]
    internal static partial void av_packet_free(nint* packet);

    [LibraryImport(Util)]
    internal static partial nint av_frame_alloc();

    [LibraryImport(Util)]
    internal static partial void av_frame_free(nint* frame);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_opt_set_int(nint target, string name, long value, int flags);

    /// <returns>Empty for what has no name or is unknown.</returns>
    internal static string Name(nint text) => Marshal.PtrToStringUTF8(text) is { } name && name is not ("unknown" or "unspecified") ? name : "";

    internal readonly record struct Ratio(int Numerator, int Denominator);

    internal static string Error(int code)
    {
        const int Size = 256;
        var text = stackalloc byte[Size];
        return av_strerror(code, text, Size) == 0 ? Marshal.PtrToStringUTF8((nint)text) ?? $"error {code}" : $"error {code}";
    }
}
