using FFMpegCore;
using Instances;
using Instances.Exceptions;

namespace Rig.Media;

/// <summary>The ffmpeg that is installed on this machine.</summary>
public static class FfmpegPrograms
{
    internal const string NotInstalled = "ffmpeg could not be started; install the package ffmpeg (scripts/setup.sh does).";

    static FfmpegPrograms()
    {
        // Without this, FFMpegCore takes its settings from a file in whatever folder the program was started in.
        GlobalFFOptions.Configure(new FFOptions());
    }

    /// <summary>Such as <c>5.1.9-0+deb12u1</c>; null without ffmpeg.</summary>
    public static string? Version() => Ask("-version") is { } answer ? answer.Split(' ', 4) is [_, _, var version, ..] ? version : "unknown" : null;

    /// <summary>Which of these encoders ffmpeg has; none without ffmpeg.</summary>
    public static IReadOnlyList<string> Encoders(IEnumerable<string> wanted)
    {
        var list = Ask("-hide_banner -encoders") ?? "";
        return [.. wanted.Where(name => list.Contains($" {name} ", StringComparison.Ordinal))];
    }

    /// <summary>Which of these filters ffmpeg has; none without ffmpeg.</summary>
    public static IReadOnlyList<string> Filters(IEnumerable<string> wanted)
    {
        var list = Ask("-hide_banner -filters") ?? "";
        return [.. wanted.Where(name => list.Contains($" {name} ", StringComparison.Ordinal))];
    }

    /// <exception cref="MediaUnavailableException">ffmpeg is not installed.</exception>
    internal static FFOptions Options() => new() { BinaryFolder = Path.GetDirectoryName(Find("ffmpeg")) ?? throw new MediaUnavailableException(NotInstalled) };

    /// <summary>
    /// From PATH alone: FFMpegCore, and .NET's own search, would first run a file of that name in the folder the program was started in.
    /// </summary>
    internal static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string? Ask(string arguments)
    {
        try
        {
            return Find("ffmpeg") is { } ffmpeg ? string.Join('\n', Instance.Finish(ffmpeg, arguments).OutputData) : null;
        }
        catch (InstanceFileNotFoundException)
        {
            return null;
        }
    }
}
