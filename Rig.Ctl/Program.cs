using System.CommandLine;
using Rig.Ctl.Operations;

var commandLine = new OperatorCommandLine(OneShot.RunAsync);
var shell = new Command("shell", "Takes one command after another at a prompt, with history and completion; so does rigctl alone.");
var root = new RootCommand("Operates a Rig: three cameras, the home server and the viewer.") { shell };
foreach (var command in commandLine.Commands)
{
    root.Subcommands.Add(command);
}

foreach (var option in commandLine.Options)
{
    root.Options.Add(option);
}

root.SetAction(RunShellAsync);
shell.SetAction(RunShellAsync);

// In the shell Ctrl-C ends the command at hand, and not the shell.
var parsed = root.Parse(args);
var isShell = parsed.CommandResult.Command == root || parsed.CommandResult.Command == shell;
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = isShell ? null : TimeSpan.FromSeconds(60) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : exitCode;

async Task<int> RunShellAsync(ParseResult given, CancellationToken cancellationToken)
{
    using var running = new Shell(commandLine.Settings(given), new CommandHistory(CommandHistory.UsualPath));
    return await running.RunAsync(cancellationToken);
}
