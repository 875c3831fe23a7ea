using System.CommandLine;
using Rig.Ctl.Demo;

var root = new RootCommand("Operates a Rig: three cameras, the home server and the viewer.") { DemoCommand.Create() };
var parsed = root.Parse(args);
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
return parsed.Errors.Count > 0 ? 2 : exitCode;
