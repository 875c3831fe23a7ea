using System.CommandLine;

namespace Rig.Rehearsal.Drivers;

/// <summary><c>rig-rehearsal drivers</c>. Exit code 0: every check of the group held; 1: one did not; 2: wrong usage.</summary>
internal static class DriversCommand
{
    public static Command Create()
    {
        var results = new Argument<string>("results") { Description = "A line of JSON for each check is appended to this file." };
        var group = new Argument<string>("group") { Description = string.Join(", ", DriversSelfTest.Groups) + "." };
        group.AcceptOnlyFromAmong([.. DriversSelfTest.Groups]);
        var command = new Command("drivers", "Runs the drivers' code against the kernel's virtual cameras and codec. scripts/driver-bench.sh starts it in its virtual machine.") { results, group };
        command.SetAction(parsed => DriversSelfTest.Run(parsed.GetRequiredValue(results), parsed.GetRequiredValue(group)));
        return command;
    }
}
