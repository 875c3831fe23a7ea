using System.CommandLine;
using Rig.CameraNode.Commands;
using Rig.Rehearsal.Capture;
using Rig.Rehearsal.Dashcam;
using Rig.Rehearsal.Demo;
using Rig.Rehearsal.Drivers;
using Rig.Rehearsal.Shelf;

// Started by a camera node, which speaks the capture protocol to it.
if (args is ["capture", ..])
{
    return await CaptureCommand.RunAsync(args[1..], draw: RehearsalCameras.Create);
}

if (args is ["frames", .. var shelf] && shelf is not ["--help" or "-h", ..])
{
    return await ShelfCommand.RunAsync(shelf);
}

var root = new RootCommand("Rehearses a Rig without its cameras. Not part of an installed rig.")
{
    DemoCommand.Create(),
    DriversCommand.Create(),
    DashcamDayCommand.Create(),
    ShelfCommand.Describe(),
    new Command("capture", "Films a drawn match or plays footage for a camera node, which starts it by itself (Rig:Camera:CaptureProgram)."),
};
var parsed = root.Parse(args);
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
return parsed.Errors.Count > 0 ? 2 : exitCode;
