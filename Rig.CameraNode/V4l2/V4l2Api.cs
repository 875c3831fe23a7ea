using System.Runtime.CompilerServices;

namespace Rig.CameraNode.V4l2;

/// <summary>Numbers of <c>linux/videodev2.h</c>, under the kernel's own names.</summary>
internal static class V4l2Api
{
    internal const uint V4L2_BUF_TYPE_VIDEO_CAPTURE = 1;
    internal const uint V4L2_BUF_TYPE_VIDEO_OUTPUT = 2;
    internal const uint V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE = 9;
    internal const uint V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE = 10;

    internal const uint V4L2_MEMORY_MMAP = 1;
    internal const uint V4L2_MEMORY_DMABUF = 4;

    internal const uint V4L2_FIELD_NONE = 1;

    internal const uint V4L2_CAP_VIDEO_CAPTURE = 0x1;
    internal const uint V4L2_CAP_VIDEO_CAPTURE_MPLANE = 0x1000;
    internal const uint V4L2_CAP_VIDEO_M2M_MPLANE = 0x4000;
    internal const uint V4L2_CAP_VIDEO_M2M = 0x8000;
    internal const uint V4L2_CAP_STREAMING = 0x04000000;
    internal const uint V4L2_CAP_DEVICE_CAPS = 0x80000000;

    internal const uint V4L2_FMT_FLAG_COMPRESSED = 0x1;

    internal const uint V4L2_BUF_FLAG_KEYFRAME = 0x8;
    internal const uint V4L2_BUF_FLAG_ERROR = 0x40;
    internal const uint V4L2_BUF_FLAG_LAST = 0x00100000;
    internal const uint V4L2_BUF_FLAG_TIMESTAMP_MASK = 0xe000;
    internal const uint V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC = 0x2000;

    internal const uint V4L2_FRMSIZE_TYPE_DISCRETE = 1;
    internal const uint V4L2_FRMIVAL_TYPE_DISCRETE = 1;
    internal const uint V4L2_CAP_TIMEPERFRAME = 0x1000;

    internal const uint V4L2_IN_CAP_DV_TIMINGS = 0x2;
    internal const uint V4L2_IN_ST_NO_SIGNAL = 0x2;

    internal const uint V4L2_EVENT_EOS = 2;
    internal const uint V4L2_EVENT_SOURCE_CHANGE = 5;
    internal const uint V4L2_EVENT_SRC_CH_RESOLUTION = 1;

    internal const uint V4L2_ENC_CMD_START = 0;
    internal const uint V4L2_ENC_CMD_STOP = 1;

    internal const uint V4L2_CTRL_FLAG_DISABLED = 0x1;
    internal const uint V4L2_CID_MPEG_VIDEO_B_FRAMES = 0x009909CA;
    internal const uint V4L2_CID_MPEG_VIDEO_GOP_SIZE = 0x009909CB;
    internal const uint V4L2_CID_MPEG_VIDEO_BITRATE_MODE = 0x009909CE;
    internal const uint V4L2_CID_MPEG_VIDEO_BITRATE = 0x009909CF;
    internal const uint V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER = 0x009909E2;
    internal const uint V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME = 0x009909E5;
    internal const uint V4L2_CID_MPEG_VIDEO_PREPEND_SPSPPS_TO_IDR = 0x00990B84;
    internal const uint V4L2_CID_MPEG_VIDEO_AU_DELIMITER = 0x009909E7;
    internal const uint V4L2_CID_MPEG_VIDEO_H264_I_PERIOD = 0x00990A66;
    internal const uint V4L2_CID_MPEG_VIDEO_H264_PROFILE = 0x00990A6B;
    internal const int V4L2_MPEG_VIDEO_H264_PROFILE_HIGH = 4;
    internal const int V4L2_MPEG_VIDEO_BITRATE_MODE_CBR = 1;

    internal static readonly uint VIDIOC_QUERYCAP = Ior<V4l2Capability>(0);
    internal static readonly uint VIDIOC_ENUM_FMT = Iowr<V4l2FmtDesc>(2);
    internal static readonly uint VIDIOC_G_FMT = Iowr<V4l2Format>(4);
    internal static readonly uint VIDIOC_S_FMT = Iowr<V4l2Format>(5);
    internal static readonly uint VIDIOC_REQBUFS = Iowr<V4l2RequestBuffers>(8);
    internal static readonly uint VIDIOC_QUERYBUF = Iowr<V4l2Buffer>(9);
    internal static readonly uint VIDIOC_QBUF = Iowr<V4l2Buffer>(15);
    internal static readonly uint VIDIOC_EXPBUF = Iowr<V4l2ExportBuffer>(16);
    internal static readonly uint VIDIOC_DQBUF = Iowr<V4l2Buffer>(17);
    internal static readonly uint VIDIOC_STREAMON = Iow<int>(18);
    internal static readonly uint VIDIOC_STREAMOFF = Iow<int>(19);
    internal static readonly uint VIDIOC_S_PARM = Iowr<V4l2StreamParm>(22);
    internal static readonly uint VIDIOC_ENUMINPUT = Iowr<V4l2Input>(26);
    internal static readonly uint VIDIOC_S_CTRL = Iowr<V4l2Control>(28);
    internal static readonly uint VIDIOC_QUERYCTRL = Iowr<V4l2QueryCtrl>(36);
    internal static readonly uint VIDIOC_G_INPUT = Ior<int>(38);
    internal static readonly uint VIDIOC_S_INPUT = Iowr<int>(39);
    internal static readonly uint VIDIOC_ENUM_FRAMESIZES = Iowr<V4l2FrmSizeEnum>(74);
    internal static readonly uint VIDIOC_ENUM_FRAMEINTERVALS = Iowr<V4l2FrmIvalEnum>(75);
    internal static readonly uint VIDIOC_ENCODER_CMD = Iowr<V4l2EncoderCmd>(77);
    internal static readonly uint VIDIOC_S_DV_TIMINGS = Iowr<V4l2DvTimings>(87);
    internal static readonly uint VIDIOC_DQEVENT = Ior<V4l2Event>(89);
    internal static readonly uint VIDIOC_SUBSCRIBE_EVENT = Iow<V4l2EventSubscription>(90);
    internal static readonly uint VIDIOC_QUERY_DV_TIMINGS = Ior<V4l2DvTimings>(99);

    internal static bool IsMultiPlanar(uint bufferType) => bufferType is V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE or V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;

    // asm-generic/ioctl.h: direction in bits 30..31, size in 16..29, the letter in 8..15, the number below.
    private static uint Ior<T>(uint number) => (2u << 30) | Request<T>(number);

    private static uint Iow<T>(uint number) => (1u << 30) | Request<T>(number);

    private static uint Iowr<T>(uint number) => (3u << 30) | Request<T>(number);

    private static uint Request<T>(uint number) => ((uint)Unsafe.SizeOf<T>() << 16) | ((uint)'V' << 8) | number;
}
