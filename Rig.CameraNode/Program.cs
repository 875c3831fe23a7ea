using Microsoft.Extensions.Options;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Storage;

if (args is ["capture", ..])
{
    return await CaptureCommand.RunAsync(args[1..]);
}

if (args is ["--help" or "-h", ..] or [not ['-', ..], ..])
{
    return await NodeCommands.RunAsync(args);
}

try
{
    var builder = NodeHost.CreateBuilder(args);
    builder.Services.AddRecordingStorage(builder.Configuration).AddCamera(builder.Configuration).AddCameraNode().AddNodeActors().AddCluster().AddNodeOperations();
    await NodeHost.Build(builder).RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidDataException or IOException)
{
    await Console.Error.WriteLineAsync($"rig-node cannot start: {string.Join(' ', e is OptionsValidationException o ? o.Failures : [e.Message])}");
    return 1;
}
