using Rig.Viewer.Commands;

return await ViewerCommands.RunAsync(args);
