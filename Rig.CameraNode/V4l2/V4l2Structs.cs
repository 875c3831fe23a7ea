using System.Runtime.InteropServices;

namespace Rig.CameraNode.V4l2;

// The structs of <linux/videodev2.h>, field for field, for 64-bit Linux. Rig.Tests/Drivers compiles a C program that holds their
// sizes, offsets and request numbers against the kernel's header.

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2Capability
{
    internal fixed byte Driver[16];
    internal fixed byte Card[32];
    internal fixed byte BusInfo[32];
    internal uint Version;
    internal uint Capabilities;
    internal uint DeviceCaps;
    internal fixed uint Reserved[3];
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2FmtDesc
{
    internal uint Index;
    internal uint Type;
    internal uint Flags;
    internal fixed byte Description[32];
    internal uint PixelFormat;
    internal uint MbusCode;
    internal fixed uint Reserved[3];
}

/// <summary>Discrete sizes stand in MinWidth and MaxWidth, which the kernel's union calls width and height.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2FrmSizeEnum
{
    internal uint Index;
    internal uint PixelFormat;
    internal uint Type;
    internal uint MinWidth;
    internal uint MaxWidth;
    internal uint StepWidth;
    internal uint MinHeight;
    internal uint MaxHeight;
    internal uint StepHeight;
    internal fixed uint Reserved[2];
}

[StructLayout(LayoutKind.Sequential)]
internal struct V4l2Fract
{
    internal uint Numerator;
    internal uint Denominator;
}

/// <summary>A discrete interval stands in Min.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2FrmIvalEnum
{
    internal uint Index;
    internal uint PixelFormat;
    internal uint Width;
    internal uint Height;
    internal uint Type;
    internal V4l2Fract Min;
    internal V4l2Fract Max;
    internal V4l2Fract Step;
    internal fixed uint Reserved[2];
}

[StructLayout(LayoutKind.Sequential)]
internal struct V4l2PixFormat
{
    internal uint Width;
    internal uint Height;
    internal uint PixelFormat;
    internal uint Field;
    internal uint BytesPerLine;
    internal uint SizeImage;
    internal uint Colorspace;
    internal uint Priv;
    internal uint Flags;
    internal uint YcbcrEnc;
    internal uint Quantization;
    internal uint XferFunc;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2PlanePixFormat
{
    internal uint SizeImage;
    internal uint BytesPerLine;
    internal fixed ushort Reserved[6];
}

[System.Runtime.CompilerServices.InlineArray(8)]
internal struct V4l2PlaneFormats
{
    private V4l2PlanePixFormat first;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2PixFormatMplane
{
    internal uint Width;
    internal uint Height;
    internal uint PixelFormat;
    internal uint Field;
    internal uint Colorspace;
    internal V4l2PlaneFormats Planes;
    internal byte NumPlanes;
    internal byte Flags;
    internal byte YcbcrEnc;
    internal byte Quantization;
    internal byte XferFunc;
    internal fixed byte Reserved[7];
}

[StructLayout(LayoutKind.Explicit, Size = 208)]
internal struct V4l2Format
{
    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(8)]
    internal V4l2PixFormat Pix;

    [FieldOffset(8)]
    internal V4l2PixFormatMplane PixMp;
}

/// <summary>Capture and output parameters have the same layout.</summary>
[StructLayout(LayoutKind.Explicit, Size = 204)]
internal struct V4l2StreamParm
{
    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(4)]
    internal uint Capability;

    [FieldOffset(8)]
    internal uint Mode;

    [FieldOffset(12)]
    internal V4l2Fract TimePerFrame;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2RequestBuffers
{
    internal uint Count;
    internal uint Type;
    internal uint Memory;
    internal uint Capabilities;
    internal byte Flags;
    internal fixed byte Reserved[3];
}

[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct V4l2Plane
{
    [FieldOffset(0)]
    internal uint BytesUsed;

    [FieldOffset(4)]
    internal uint Length;

    [FieldOffset(8)]
    internal uint MemOffset;

    [FieldOffset(8)]
    internal int Fd;

    [FieldOffset(16)]
    internal uint DataOffset;
}

[StructLayout(LayoutKind.Explicit, Size = 88)]
internal unsafe struct V4l2Buffer
{
    [FieldOffset(0)]
    internal uint Index;

    [FieldOffset(4)]
    internal uint Type;

    [FieldOffset(8)]
    internal uint BytesUsed;

    [FieldOffset(12)]
    internal uint Flags;

    [FieldOffset(16)]
    internal uint Field;

    [FieldOffset(24)]
    internal long TimestampSec;

    [FieldOffset(32)]
    internal long TimestampUsec;

    [FieldOffset(56)]
    internal uint Sequence;

    [FieldOffset(60)]
    internal uint Memory;

    [FieldOffset(64)]
    internal uint MemOffset;

    [FieldOffset(64)]
    internal int Fd;

    [FieldOffset(64)]
    internal V4l2Plane* Planes;

    [FieldOffset(72)]
    internal uint Length;

    [FieldOffset(80)]
    internal int RequestFd;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2ExportBuffer
{
    internal uint Type;
    internal uint Index;
    internal uint Plane;
    internal uint Flags;
    internal int Fd;
    internal fixed uint Reserved[11];
}

/// <summary>Digital video timings of type BT 656/1120; the kernel packs them.</summary>
[StructLayout(LayoutKind.Explicit, Size = 132)]
internal struct V4l2DvTimings
{
    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(4)]
    internal uint Width;

    [FieldOffset(8)]
    internal uint Height;

    [FieldOffset(12)]
    internal uint Interlaced;

    [FieldOffset(20)]
    internal ulong PixelClock;

    [FieldOffset(28)]
    internal uint HFrontPorch;

    [FieldOffset(32)]
    internal uint HSync;

    [FieldOffset(36)]
    internal uint HBackPorch;

    [FieldOffset(40)]
    internal uint VFrontPorch;

    [FieldOffset(44)]
    internal uint VSync;

    [FieldOffset(48)]
    internal uint VBackPorch;

    /// <summary>Progressive pictures a second; 0 where the timings do not say.</summary>
    internal readonly double Fps
    {
        get
        {
            var total = (double)(Width + HFrontPorch + HSync + HBackPorch) * (Height + VFrontPorch + VSync + VBackPorch);
            return total > 0 ? PixelClock / total : 0;
        }
    }
}

[StructLayout(LayoutKind.Explicit, Size = 136)]
internal struct V4l2Event
{
    [FieldOffset(0)]
    internal uint Type;

    /// <summary>Of a SOURCE_CHANGE event: what changed.</summary>
    [FieldOffset(8)]
    internal uint Changes;

    [FieldOffset(72)]
    internal uint Pending;

    [FieldOffset(76)]
    internal uint Sequence;

    [FieldOffset(96)]
    internal uint Id;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2EventSubscription
{
    internal uint Type;
    internal uint Id;
    internal uint Flags;
    internal fixed uint Reserved[5];
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2EncoderCmd
{
    internal uint Cmd;
    internal uint Flags;
    internal fixed uint Raw[8];
}

[StructLayout(LayoutKind.Sequential)]
internal struct V4l2Control
{
    internal uint Id;
    internal int Value;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct V4l2QueryCtrl
{
    internal uint Id;
    internal uint Type;
    internal fixed byte Name[32];
    internal int Minimum;
    internal int Maximum;
    internal int Step;
    internal int DefaultValue;
    internal uint Flags;
    internal fixed uint Reserved[2];
}

[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct V4l2Input
{
    [FieldOffset(0)]
    internal uint Index;

    [FieldOffset(56)]
    internal uint Status;

    [FieldOffset(60)]
    internal uint Capabilities;
}
