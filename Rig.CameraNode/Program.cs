using Rig.CameraNode.Hosting;

var builder = NodeHost.CreateBuilder(args);
builder.Services.AddCameraNode();
await NodeHost.Build(builder).RunAsync();
