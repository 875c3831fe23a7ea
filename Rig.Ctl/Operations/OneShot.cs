using Rig.Domain.Operations;
using Spectre.Console;

namespace Rig.Ctl.Operations;

/// <summary>Connects, runs one command, prints and ends.</summary>
internal static class OneShot
{
    public static async Task<int> RunAsync(OperatorCommand command, IReadOnlyDictionary<string, string> arguments, OperatorSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            using var client = await OperationsClient.ConnectAsync(settings.Node, OperatorToken.Find(settings.TokenFile), cancellationToken);
            await new ItemPrinter(Terminal.Create(), settings.Json).PrintAsync(command, client.RunAsync(command, arguments, cancellationToken));
            return ExitCode.Done;
        }
        catch (OperatorException e)
        {
            await Console.Error.WriteLineAsync($"rigctl: {ItemPrinter.Clean(e.Message)}");
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}

internal static class Terminal
{
    private const int PlainWidth = 240;

    /// <summary>A pipe or a file gets plain lines, as long as they are.</summary>
    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        plain.Profile.Width = PlainWidth;
        return plain;
    }
}
