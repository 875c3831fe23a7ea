using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rig.CameraNode.Dashcam.Running;
using Rig.CameraNode.Dashcam.Staging;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node dashcam status</c>. Exit code 0: it runs; 1: it does not; 2: it could not be found out.</summary>
internal static class DashcamStatusCommand
{
    internal static Command Create(Option<string> config)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text." };
        var command = new Command("status", "Shows what the running dashcam manager does.") { json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(config), parsed.GetValue(json), Console.Out, Console.Error, TimeProvider.System));
        return command;
    }

    internal static int Run(string configPath, bool json, TextWriter output, TextWriter errors, TimeProvider time)
    {
        if (DashcamCommand.Load(configPath, errors) is not { } config)
        {
            return 2;
        }

        try
        {
            var folder = new StagingFolder(config.Paths.LocalStaging);
            var status = StatusFile.Read(folder.StatusPath);
            var running = IsRunning(folder.Root);
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(new DashcamStatusAnswer(running, status), DashcamStatusAnswerJson.Default.DashcamStatusAnswer));
            }
            else
            {
                Print(status, running, output, time.GetUtcNow());
            }

            return running ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"The status cannot be read: {e.Message}");
            return 2;
        }
    }

    private static bool IsRunning(string stagingRoot)
    {
        // Looking takes the lock for a moment; a start in that moment is refused and systemd starts it again.
        if (!File.Exists(Path.Combine(stagingRoot, StagingLock.FileName)))
        {
            return false;
        }

        using var held = StagingLock.TryTake(stagingRoot);
        return held is null;
    }

    private static void Print(DashcamStatus? status, bool running, TextWriter output, DateTimeOffset now)
    {
        if (status is null)
        {
            output.WriteLine(running ? "The dashcam manager runs and has not written its status yet." : "No dashcam manager ran with this staging folder.");
            return;
        }

        var age = now - status.UpdatedAt;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(running ? "running" : "not running; this is how it was")}, {Math.Max(0, age.TotalSeconds):0} s ago"));
        output.WriteLine($"goal      {status.Goal}{(status.Task is { } task ? $" ({task})" : "")}{(status.Uploading ? ", uploading" : "")}");
        output.WriteLine($"camera    {status.Port}{(status.MayBeMounted ? ", its volume may be mounted" : "")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"battery   {(status.BatteryPercent is { } percent ? $"{percent:0.#} %, {(status.Mains == true ? "mains" : "no mains")}" : "unknown")}"));
        output.WriteLine($"host      {status.HostReachable switch { true => "reachable", false => "not reachable", null => "not looked for yet" }}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"staged    {status.PendingFiles} files wait for their upload; copied since the start: {status.CopiedFiles}, verified at the host: {status.VerifiedFiles}"));
        foreach (var problem in new[] { status.BatteryProblem, status.PortProblem, status.CopyProblem, status.UploadProblem }.OfType<string>())
        {
            output.WriteLine($"problem   {problem}");
        }
    }
}
