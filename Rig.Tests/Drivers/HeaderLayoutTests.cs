using System.Globalization;
using System.Reflection;
using Rig.CameraNode.Native;
using Rig.CameraNode.V4l2;

namespace Rig.Tests.Drivers;

/// <summary>A C compiler with the headers themselves says where each field of each struct lies.</summary>
public sealed class HeaderLayoutTests
{
    [Fact]
    public async Task Our_V4L2_structs_and_requests_are_those_of_the_kernel_header()
    {
        var header = new CHeader("<linux/videodev2.h>");
        foreach (var field in typeof(V4l2Api).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(f => f.Name.StartsWith('V')))
        {
            header.Value(field.Name, Convert.ToUInt64(field.GetValue(null), CultureInfo.InvariantCulture));
        }

        header.Struct<V4l2Capability>("struct v4l2_capability", "Driver driver, Card card, BusInfo bus_info, Version version, Capabilities capabilities, DeviceCaps device_caps");
        header.Struct<V4l2FmtDesc>("struct v4l2_fmtdesc", "Index index, Type type, Flags flags, Description description, PixelFormat pixelformat, MbusCode mbus_code");
        header.Struct<V4l2FrmSizeEnum>("struct v4l2_frmsizeenum",
            "Index index, PixelFormat pixel_format, Type type, MinWidth discrete.width, MaxWidth discrete.height, MinWidth stepwise.min_width, MaxWidth stepwise.max_width, StepWidth stepwise.step_width, MinHeight stepwise.min_height, MaxHeight stepwise.max_height, StepHeight stepwise.step_height");
        header.Struct<V4l2FrmIvalEnum>("struct v4l2_frmivalenum", "Index index, PixelFormat pixel_format, Width width, Height height, Type type, Min discrete, Min stepwise.min, Max stepwise.max, Step stepwise.step");
        header.Struct<V4l2Fract>("struct v4l2_fract", "Numerator numerator, Denominator denominator");
        header.Struct<V4l2PixFormat>("struct v4l2_pix_format",
            "Width width, Height height, PixelFormat pixelformat, Field field, BytesPerLine bytesperline, SizeImage sizeimage, Colorspace colorspace, Priv priv, Flags flags, YcbcrEnc ycbcr_enc, Quantization quantization, XferFunc xfer_func");
        header.Struct<V4l2PlanePixFormat>("struct v4l2_plane_pix_format", "SizeImage sizeimage, BytesPerLine bytesperline");
        header.Struct<V4l2PixFormatMplane>("struct v4l2_pix_format_mplane",
            "Width width, Height height, PixelFormat pixelformat, Field field, Colorspace colorspace, Planes plane_fmt, NumPlanes num_planes, Flags flags, YcbcrEnc ycbcr_enc, Quantization quantization, XferFunc xfer_func");
        header.Struct<V4l2Format>("struct v4l2_format", "Type type, Pix fmt.pix, PixMp fmt.pix_mp");
        header.Struct<V4l2StreamParm>("struct v4l2_streamparm",
            "Type type, Capability parm.capture.capability, Mode parm.capture.capturemode, TimePerFrame parm.capture.timeperframe, Capability parm.output.capability, TimePerFrame parm.output.timeperframe");
        header.Struct<V4l2RequestBuffers>("struct v4l2_requestbuffers", "Count count, Type type, Memory memory, Capabilities capabilities");
        header.Struct<V4l2Plane>("struct v4l2_plane", "BytesUsed bytesused, Length length, MemOffset m.mem_offset, Fd m.fd, DataOffset data_offset");
        header.Struct<V4l2Buffer>("struct v4l2_buffer",
            "Index index, Type type, BytesUsed bytesused, Flags flags, Field field, TimestampSec timestamp.tv_sec, TimestampUsec timestamp.tv_usec, Sequence sequence, Memory memory, MemOffset m.offset, Fd m.fd, Planes m.planes, Length length, RequestFd request_fd");
        header.Struct<V4l2ExportBuffer>("struct v4l2_exportbuffer", "Type type, Index index, Plane plane, Flags flags, Fd fd");
        header.Struct<V4l2DvTimings>("struct v4l2_dv_timings",
            "Type type, Width bt.width, Height bt.height, Interlaced bt.interlaced, PixelClock bt.pixelclock, HFrontPorch bt.hfrontporch, HSync bt.hsync, HBackPorch bt.hbackporch, VFrontPorch bt.vfrontporch, VSync bt.vsync, VBackPorch bt.vbackporch");
        header.Struct<V4l2Event>("struct v4l2_event", "Type type, Changes u.src_change.changes, Pending pending, Sequence sequence, Id id");
        header.Struct<V4l2EventSubscription>("struct v4l2_event_subscription", "Type type, Id id, Flags flags");
        header.Struct<V4l2EncoderCmd>("struct v4l2_encoder_cmd", "Cmd cmd, Flags flags, Raw raw");
        header.Struct<V4l2Control>("struct v4l2_control", "Id id, Value value");
        header.Struct<V4l2QueryCtrl>("struct v4l2_queryctrl", "Id id, Type type, Name name, Minimum minimum, Maximum maximum, Step step, DefaultValue default_value, Flags flags");
        header.Struct<V4l2Input>("struct v4l2_input", "Index index, Status status, Capabilities capabilities");
        Assert.True(header.Count > 150, $"{header.Count} facts were compared.");
        Assert.Empty(await header.DifferencesAsync());
    }

    [Fact]
    public async Task Our_rigcam_structs_are_those_of_its_header()
    {
        var folder = Path.Combine(Root(), "native", "rigcam");
        var header = new CHeader("<rigcam.h>", "-I", folder);
        header.Value("RIGCAM_ABI", RigCam.Abi);
        header.Value("RIGCAM_HAS_SENSOR_TIMESTAMP", RigCam.HasSensorTimestamp);
        header.Value("RIGCAM_HAS_EXPOSURE", RigCam.HasExposure);
        header.Value("RIGCAM_HAS_GAIN", RigCam.HasGain);
        header.Value("RIGCAM_HAS_LENS", RigCam.HasLens);
        header.Value("RIGCAM_HAS_DURATION", RigCam.HasDuration);
        header.Struct<RigCam.Mode>("rigcam_mode", "PixelFormat pixel_format, MinWidth min_width, MinHeight min_height, MaxWidth max_width, MaxHeight max_height");
        header.Struct<RigCam.Wanted>(
            "rigcam_wanted", "Width width, Height height, FrameDurationUs frame_duration_us, Buffers buffers, ExposureUs exposure_us, AnalogueGain analogue_gain, LensPosition lens_position");
        header.Struct<RigCam.Layout>(
            "rigcam_layout",
            "Width width, Height height, PixelFormat pixel_format, Stride stride, SizeBytes size_bytes, UOffset u_offset, VOffset v_offset, MinFrameDurationUs min_frame_duration_us, MaxFrameDurationUs max_frame_duration_us");
        header.Struct<RigCam.Picture>(
            "rigcam_picture",
            "Data data, TimestampNs timestamp_ns, SensorTimestampNs sensor_timestamp_ns, FrameDurationUs frame_duration_us, Bytes bytes, Index index, DmaBuf dmabuf, DmaBufBytes dmabuf_bytes, Sequence sequence, Has has, ExposureUs exposure_us, AnalogueGain analogue_gain, LensPosition lens_position, Damaged damaged");
        Assert.Empty(await header.DifferencesAsync());
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
