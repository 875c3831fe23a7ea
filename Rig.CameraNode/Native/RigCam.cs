using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rig.CameraNode.Native;

/// <summary>Declarations of native/rigcam/rigcam.h, in its order and under its names. Used through LibcameraSource.</summary>
internal static partial class RigCam
{
    internal const int Abi = 1;

    internal const int HasSensorTimestamp = 1;
    internal const int HasExposure = 2;
    internal const int HasGain = 4;
    internal const int HasLens = 8;
    internal const int HasDuration = 16;

    private const string Library = "rigcam";

    [StructLayout(LayoutKind.Sequential)]
    internal struct Mode
    {
        internal uint PixelFormat;
        internal int MinWidth;
        internal int MinHeight;
        internal int MaxWidth;
        internal int MaxHeight;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Wanted
    {
        internal int Width;
        internal int Height;
        internal int FrameDurationUs;
        internal int Buffers;
        internal int ExposureUs;
        internal float AnalogueGain;
        internal float LensPosition;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Layout
    {
        internal int Width;
        internal int Height;
        internal uint PixelFormat;
        internal int Stride;
        internal int SizeBytes;
        internal int UOffset;
        internal int VOffset;
        internal int MinFrameDurationUs;
        internal int MaxFrameDurationUs;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Picture
    {
        internal byte* Data;
        internal long TimestampNs;
        internal long SensorTimestampNs;
        internal long FrameDurationUs;
        internal int Bytes;
        internal int Index;
        internal int DmaBuf;
        internal int DmaBufBytes;
        internal uint Sequence;
        internal int Has;
        internal int ExposureUs;
        internal float AnalogueGain;
        internal float LensPosition;
        internal int Damaged;
    }

    [LibraryImport(Library, EntryPoint = "rigcam_abi_version")]
    internal static partial int AbiVersion();

    [LibraryImport(Library, EntryPoint = "rigcam_library_version")]
    internal static partial nint LibraryVersion();

    [LibraryImport(Library, EntryPoint = "rigcam_last_error")]
    internal static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "rigcam_count")]
    internal static partial int Count();

    [LibraryImport(Library, EntryPoint = "rigcam_describe")]
    internal static unsafe partial int Describe(int index, byte* id, nuint idBytes, byte* model, nuint modelBytes);

    [LibraryImport(Library, EntryPoint = "rigcam_modes", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int Modes(string id, Mode* modes, int max);

    [LibraryImport(Library, EntryPoint = "rigcam_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string id, in Wanted wanted, out Layout got, out RigCamHandle camera);

    [LibraryImport(Library, EntryPoint = "rigcam_take")]
    internal static partial int Take(RigCamHandle camera, int timeoutMs, out Picture picture);

    [LibraryImport(Library, EntryPoint = "rigcam_release")]
    internal static partial int Release(RigCamHandle camera, int index);

    [LibraryImport(Library, EntryPoint = "rigcam_close")]
    internal static partial void Close(nint camera);

    [LibraryImport(Library, EntryPoint = "rigcam_live")]
    internal static partial int Live();
}

internal sealed class RigCamHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RigCam.Close(handle);
        return true;
    }
}
