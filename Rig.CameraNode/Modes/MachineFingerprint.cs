using Rig.CameraNode.Settings;
using Rig.Media;

namespace Rig.CameraNode.Modes;

/// <summary>What a measured speed depends on; a measurement of another machine or other software counts for nothing.</summary>
/// <param name="Cpu">Model and number of cores.</param>
internal sealed record MachineFingerprint(string Cpu, string Kernel, string Ffmpeg, string Rig)
{
    internal static MachineFingerprint Read() => new(ReadCpu(), ReadLine("/proc/sys/kernel/osrelease") ?? "unknown", FfmpegPrograms.Version() ?? "none", NodeVersion.Current);

    /// <summary>What changed since a measurement; null when nothing did.</summary>
    internal string? Difference(MachineFingerprint then)
    {
        (string What, string Then, string Now)[] parts = [("processor", then.Cpu, Cpu), ("kernel", then.Kernel, Kernel), ("ffmpeg", then.Ffmpeg, Ffmpeg), ("Rig", then.Rig, Rig)];
        var changed = parts.Where(p => p.Then != p.Now).Select(p => $"{p.What} was {p.Then} and is {p.Now}").ToList();
        return changed.Count == 0 ? null : string.Join(", ", changed);
    }

    private static string ReadCpu()
    {
        var model = "unknown";
        try
        {
            // x86 names the processor, a Raspberry Pi the board.
            model = File.ReadLines("/proc/cpuinfo").Where(l => l.StartsWith("model name", StringComparison.Ordinal) || l.StartsWith("Model", StringComparison.Ordinal))
                .Select(l => l[(l.IndexOf(':') + 1)..].Trim()).FirstOrDefault() ?? model;
        }
        catch (IOException)
        {
            // Not every system tells.
        }

        return $"{model}, {Environment.ProcessorCount} cores";
    }

    private static string? ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
