using Rig.CameraNode.Dashcam.Processes;

namespace Rig.Tests.Dashcam;

/// <summary>Other programs, as the test has them answer.</summary>
internal sealed class ScriptedPrograms(Func<ProgramCall, ProgramResult>? answer = null) : IProcesses
{
    internal static readonly ProgramResult Fine = new(0, default, "", null);

    internal List<string> Calls { get; } = [];

    internal HashSet<string> Missing { get; } = [];

    internal static ProgramResult Failed(string problem, int code = 1) => new(code, default, problem, problem);

    internal static ProgramResult Printed(string text) => new(0, System.Text.Encoding.UTF8.GetBytes(text), "", null);

    public Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(call.ToString());
        return Task.FromResult(answer?.Invoke(call) ?? Fine);
    }

    public string? Find(string program) => Missing.Contains(program) ? null : "/usr/bin/" + program;
}
