using System.CommandLine;
using Rig.Ctl.Demo;

var root = new RootCommand("Operates a Rig: three cameras, the home server and the viewer.") { DemoCommand.Create() };
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
