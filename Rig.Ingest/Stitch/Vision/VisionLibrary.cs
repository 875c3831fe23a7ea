using System.Runtime.InteropServices;
using OpenCvSharp;

namespace Rig.Ingest.Stitch.Vision;

internal sealed class VisionException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Whether OpenCV is there, and what it throws as an exception of ours; every call into it goes through here.</summary>
internal static class VisionLibrary
{
    private static readonly Lazy<string?> Problem = new(FindProblem);

    /// <exception cref="VisionException">OpenCV cannot be loaded; the message says what to run.</exception>
    public static void EnsureLoaded()
    {
        if (Problem.Value is { } problem)
        {
            throw new VisionException(problem);
        }
    }

    /// <exception cref="VisionException">OpenCV cannot be loaded, or refused the work.</exception>
    public static T Run<T>(Func<T> work)
    {
        EnsureLoaded();
        try
        {
            return work();
        }
        catch (Exception e) when (First(e) is OpenCVException or OpenCvSharpException)
        {
            throw new VisionException($"OpenCV failed: {First(e).Message}", e);
        }
    }

    /// <summary>Of the exceptions of parallel work one is enough.</summary>
    private static Exception First(Exception e) => e is AggregateException { InnerExceptions: [var first, ..] } ? first : e;

    private static string? FindProblem()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return $"OpenCV's package holds a library for x64 and none for {RuntimeInformation.ProcessArchitecture}, so cameras cannot be aligned on this machine.";
        }

        try
        {
            _ = Cv2.GetVersionString();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            return $"OpenCV could not be loaded ({Cause(e.InnerException ?? e)}); run scripts/setup.sh, which installs the package libgtk-3-0 that it needs.";
        }
    }

    /// <summary>The runtime lists each place it looked in, a line each; the one that is not about OpenCV's own file names what OpenCV lacks.</summary>
    private static string Cause(Exception e)
    {
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Skip(1).FirstOrDefault(line => !line.Split(':')[0].Contains("OpenCvSharpExtern", StringComparison.Ordinal)) ?? lines[0].TrimEnd(':');
    }
}
