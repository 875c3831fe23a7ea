using Rig.CameraNode.Commands;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>
/// The real capture process with a scripted camera in it. A test breaks the camera by writing a fault's cause into the file
/// <c>fault</c>, and keeps it away for as long as the file <c>absent</c> is there. While the file <c>slow</c> is there, the process
/// takes longer to start than a node waits for the next picture of a running one, as on a busy machine.
/// </summary>
internal static class ScriptedCameraProcess
{
    internal static IReadOnlyList<string> Command(string folder) => ["dotnet", typeof(ScriptedCameraProcess).Assembly.Location, "scripted-camera", folder];

    internal static string FaultFile(string folder) => Path.Combine(folder, "fault");

    internal static string SlowFile(string folder) => Path.Combine(folder, "slow");

    internal static string AbsentFile(string folder) => Path.Combine(folder, "absent");

    internal static Task<int> RunAsync(string folder)
    {
        if (File.Exists(SlowFile(folder)))
        {
            RealTime.Block(TimeSpan.FromSeconds(4));
        }

        var script = new ScriptedLiveCamera.Script { FaultNow = () => Take(FaultFile(folder)), Absent = () => File.Exists(AbsentFile(folder)) };
        return CaptureCommand.RunAsync([], _ => script.Open());
    }

    private static string? Take(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var cause = File.ReadAllText(path);
        File.Delete(path);
        return cause.Length > 0 ? cause : null;
    }
}
