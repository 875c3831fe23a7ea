using System.Runtime.InteropServices;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Capture.Libcamera;

/// <summary>A size that a libcamera camera delivers; the rate depends on the sensor and is known when it is open.</summary>
internal sealed record LibcameraMode(int MinWidth, int MinHeight, int MaxWidth, int MaxHeight, string PixelFormat);

internal sealed record LibcameraInfo(string Id, string Model, IReadOnlyList<LibcameraMode> Modes);

/// <summary>The cameras that libcamera knows.</summary>
internal static class LibcameraDiscovery
{
    private const int TextBytes = 256;
    private const int MaxModes = 128;

    /// <param name="problem">Why libcamera cannot be asked; null when it could.</param>
    internal static unsafe IReadOnlyList<LibcameraInfo> Cameras(out string? problem)
    {
        var cameras = new List<LibcameraInfo>();
        problem = Problem();
        if (problem is not null)
        {
            return cameras;
        }

        var count = RigCam.Count();
        if (count < 0)
        {
            problem = LastError();
            return cameras;
        }

        var id = stackalloc byte[TextBytes];
        var model = stackalloc byte[TextBytes];
        for (var i = 0; i < count; i++)
        {
            if (RigCam.Describe(i, id, TextBytes, model, TextBytes) == 0 && Marshal.PtrToStringUTF8((nint)id) is { } name)
            {
                cameras.Add(new LibcameraInfo(name, Marshal.PtrToStringUTF8((nint)model) ?? "camera", Modes(name)));
            }
        }

        return cameras;
    }

    /// <summary>Why libcamera cannot be used on this machine; null when it can.</summary>
    internal static string? Problem()
    {
        try
        {
            var abi = RigCam.AbiVersion();
            return abi == RigCam.Abi ? null : $"librigcam.so has version {abi} of its interface and this program needs {RigCam.Abi}; build it again with native/build.sh.";
        }
        catch (DllNotFoundException)
        {
            return "libcamera cannot be used: librigcam.so or libcamera itself is missing. Install libcamera-dev, g++, make, cmake and pkg-config, run native/build.sh, then build again.";
        }
    }

    internal static string LibraryVersion() => Marshal.PtrToStringUTF8(RigCam.LibraryVersion()) ?? "unknown";

    internal static string LastError() => Marshal.PtrToStringUTF8(RigCam.LastError()) is { Length: > 0 } text ? text + "." : "libcamera failed.";

    private static unsafe List<LibcameraMode> Modes(string id)
    {
        var modes = stackalloc RigCam.Mode[MaxModes];
        var found = new List<LibcameraMode>();
        var count = Math.Min(MaxModes, RigCam.Modes(id, modes, MaxModes));
        for (var i = 0; i < count; i++)
        {
            var mode = modes[i];
            found.Add(new LibcameraMode(mode.MinWidth, mode.MinHeight, mode.MaxWidth, mode.MaxHeight, PixelFormats.Name(mode.PixelFormat)));
        }

        return found;
    }
}
