using System.CommandLine;
using System.CommandLine.Parsing;
using Rig.Domain.Operations;

namespace Rig.Ctl.Operations;

/// <summary>One command after another in one session, typed at a prompt.</summary>
internal sealed class Shell(OperatorSettings settings, CommandHistory history) : IDisposable
{
    private OperationsClient? client;

    /// <returns>The exit code of the last command, for a shell that reads a script.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var commandLine = new OperatorCommandLine(RunAsync);
        var root = new RootCommand("Commands of this shell. 'exit' or Ctrl-D leaves it.") { new Command("exit", "Leaves this shell.") };
        foreach (var command in commandLine.Commands)
        {
            root.Subcommands.Add(command);
        }

        foreach (var option in commandLine.Options)
        {
            root.Options.Add(option);
        }

        try
        {
            client = await ConnectAsync(cancellationToken);
        }
        catch (OperatorException e)
        {
            return Report(e);
        }

        var editor = new LineEditor(text => root.Parse(text).GetCompletions(text.Length).Select(completion => completion.Label));
        var exitCode = ExitCode.Done;
        while (!cancellationToken.IsCancellationRequested && editor.Read($"{ItemPrinter.Clean(client.Node)}> ", history.Lines) is { } line)
        {
            switch (line.Trim())
            {
                case "":
                    continue;
                case "exit" or "quit":
                    return exitCode;
                case "help":
                    await root.Parse("--help").InvokeAsync(cancellationToken: cancellationToken);
                    continue;
            }

            history.Add(line.Trim());
            var parsed = root.Parse(CommandLineParser.SplitCommandLine(line).ToList());
            exitCode = await parsed.InvokeAsync(cancellationToken: cancellationToken);
            exitCode = parsed.Errors.Count > 0 ? ExitCode.Usage : exitCode;
        }

        return exitCode;
    }

    public void Dispose() => client?.Dispose();

    private async Task<int> RunAsync(OperatorCommand command, IReadOnlyDictionary<string, string> arguments, OperatorSettings given, CancellationToken cancellationToken)
    {
        try
        {
            client ??= await ConnectAsync(cancellationToken);
            await new ItemPrinter(Terminal.Create(), settings.Json || given.Json).PrintAsync(command, client.RunAsync(command, arguments, cancellationToken));
            return ExitCode.Done;
        }
        catch (OperatorException e)
        {
            return Report(e);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private Task<OperationsClient> ConnectAsync(CancellationToken cancellationToken) =>
        OperationsClient.ConnectAsync(settings.Node, OperatorToken.Find(settings.TokenFile), cancellationToken);

    private static int Report(OperatorException failure)
    {
        Console.Error.WriteLine($"rigctl: {ItemPrinter.Clean(failure.Message)}");
        return failure.ExitCode;
    }
}
