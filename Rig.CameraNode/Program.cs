using Rig.CameraNode.Commands;
using Rig.CameraNode.Frames;
using Rig.CameraNode.Hosting;
using Rig.Hosting.Configuration;

if (args is ["capture", ..])
{
    return await CaptureCommand.RunAsync(args[1..]);
}

if (args is ["frames", .. var frames])
{
    return await FrameDeviceHost.RunAsync(frames);
}

if (args is ["--help" or "-h" or "--version", ..] or [not ['-', ..], ..])
{
    return await NodeCommands.RunAsync(args);
}

try
{
    var builder = NodeHost.CreateBuilder(args);
    builder.AddNode();
    await NodeHost.Build(builder).RunAsync();
    return 0;
}
catch (Exception e) when (RigOptions.Refusal(e) is not null || e is InvalidDataException or IOException)
{
    await Console.Error.WriteLineAsync($"rig-node cannot start: {RigOptions.Refusal(e) ?? e.Message}");
    return 1;
}
