using System.CommandLine;
using Rig.Rehearsal.Demo;

namespace Rig.Rehearsal.Dashcam;

/// <summary><c>rig-rehearsal dashcam</c>, which <c>scripts/demo.sh --dashcam</c> calls.</summary>
internal static class DashcamDayCommand
{
    internal static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long the day takes (20 to 600).", DefaultValueFactory = _ => 50 };
        var json = new Option<string?>("--json") { Description = "Write a summary of the day to this file." };
        var keep = new Option<string?>("--keep") { Description = "Keep the camera's card, the staging folder, the host's files and all logs in this folder." };
        var exit = new Option<bool>("--exit") { Description = "As for the other demo; this one always ends with the day." };
        var command = new Command("dashcam", "Plays a day of a car's camera (drive, park, home, low battery) with rig-node dashcam against a fake camera, UPS and host. As root.")
        {
            seconds, json, keep, exit,
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 20 or > 600)
            {
                result.AddError("--seconds is 20 to 600.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (DashcamWorld.Missing() is { } missing)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"The day cannot be played here: {missing}.".AsMemory(), cancellationToken);
                return 2;
            }

            return await new DashcamDay(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(json), parsed.GetValue(keep), DemoCommand.Terminal()).RunAsync(cancellationToken);
        });
        return command;
    }
}
