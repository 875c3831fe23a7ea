using System.Security.Cryptography;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.Tests.Dashcam;

/// <summary>
/// rsync and ssh as programs that work on a folder instead of a network, and that may fail, stop half way, harm bytes or lie about success: what they
/// do next is asked before each call.
/// </summary>
internal sealed class ScriptedHost(string staging, string destination, Func<string, ScriptedHost.HostFault>? next = null) : IProcesses
{
    internal enum HostFault
    {
        None,

        /// <summary>Nothing happens, and the program says so.</summary>
        Fails,

        /// <summary>Half of the first file arrives, and the program says that it failed.</summary>
        StopsHalfWay,

        /// <summary>A byte of each file is another, and the program says that all is well.</summary>
        HarmsBytes,

        /// <summary>Nothing arrives, and the program says that all is well.</summary>
        Lies,

        /// <summary>The service is killed at this call.</summary>
        Kills,
    }

    internal List<string> Calls { get; } = [];

    public string? Find(string program) => program;

    public Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(call.ToString());
        var fault = next?.Invoke(call.Program) ?? HostFault.None;
        var names = System.Text.Encoding.UTF8.GetString((call.Input ?? default).Span).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return fault switch
        {
            HostFault.Kills => throw new InvalidOperationException("killed"),
            HostFault.Fails => Task.FromResult(ScriptedPrograms.Failed("connection reset", 12)),
            _ => Task.FromResult(call.Program == "ssh" ? Hash(names) : call.Arguments.Contains("--checksum") ? Compare(names) : Send(names, fault, call.Arguments.Contains("--ignore-existing"))),
        };
    }

    private ProgramResult Send(string[] names, HostFault fault, bool ignoreExisting)
    {
        foreach (var name in fault == HostFault.Lies ? [] : names)
        {
            var target = Path.Combine(destination, name);
            if (ignoreExisting && File.Exists(target))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var bytes = File.ReadAllBytes(Path.Combine(staging, name));
            if (fault == HostFault.StopsHalfWay)
            {
                File.WriteAllBytes(target, bytes[..(bytes.Length / 2)]);
                return ScriptedPrograms.Failed("broken pipe", 12);
            }

            if (fault == HostFault.HarmsBytes)
            {
                bytes[^1] ^= 1;
            }

            File.WriteAllBytes(target, bytes);
        }

        return ScriptedPrograms.Fine;
    }

    private ProgramResult Hash(string[] names) => ScriptedPrograms.Printed(string.Concat(names
        .Select(name => (Name: name, Path: Path.Combine(destination, name))).Where(file => File.Exists(file.Path))
        .Select(file => FormattableString.Invariant($"{HashOf(file.Path)} {new FileInfo(file.Path).Length} {file.Name}\0"))));

    private ProgramResult Compare(string[] names) => ScriptedPrograms.Printed(string.Concat(names
        .Where(name => !File.Exists(Path.Combine(destination, name)) || HashOf(Path.Combine(destination, name)) != HashOf(Path.Combine(staging, name)))
        .Select(_ => "<fc.T......\n")));

    private static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
