if (args is ["capture", ..])
{
    return await Rig.CameraNode.Capture.CaptureCommand.RunAsync(args[1..]);
}

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
await app.RunAsync();
return 0;
