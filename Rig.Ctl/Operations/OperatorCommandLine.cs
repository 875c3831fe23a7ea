using System.CommandLine;
using Rig.Domain.Operations;

namespace Rig.Ctl.Operations;

/// <summary>What the options that every command has say.</summary>
internal sealed record OperatorSettings(NodeAddress Node, string? TokenFile, bool Json);

/// <summary>Runs one command and prints what comes.</summary>
/// <returns>An <see cref="ExitCode"/>.</returns>
internal delegate Task<int> CommandRunner(OperatorCommand command, IReadOnlyDictionary<string, string> arguments, OperatorSettings settings, CancellationToken cancellationToken);

/// <summary>The commands of <see cref="OperatorCommands"/> as the command line knows them.</summary>
internal sealed class OperatorCommandLine
{
    private readonly Option<string> node = new("--node") { Description = "The program to ask, as host or host:port.", DefaultValueFactory = _ => NodeAddress.Local.ToString(), Recursive = true, HelpName = "host:port" };
    private readonly Option<string?> tokenFile = new("--token-file") { Description = $"File with the node's token; else {OperatorToken.Variable}, else that of this machine's program.", Recursive = true, HelpName = "file" };
    private readonly Option<bool> json = new("--json") { Description = "Prints JSON, one object a line.", Recursive = true };

    public OperatorCommandLine(CommandRunner run)
    {
        node.Validators.Add(result =>
        {
            if (!NodeAddress.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError("--node is host or host:port, such as 192.168.1.102:9110.");
            }
        });
        Options = [node, tokenFile, json];
        Commands = [.. OperatorCommands.All.GroupBy(command => command.Name.Split(' ')[0]).Select(group => Group(group.Key, [.. group], run))];
    }

    public IReadOnlyList<Option> Options { get; }

    public IReadOnlyList<Command> Commands { get; }

    public OperatorSettings Settings(ParseResult parsed) => new(
        NodeAddress.TryParse(parsed.GetValue(node)!, out var address) ? address : NodeAddress.Local, parsed.GetValue(tokenFile), parsed.GetValue(json));

    private Command Group(string word, IReadOnlyList<OperatorCommand> commands, CommandRunner run)
    {
        var own = commands.FirstOrDefault(command => command.Name == word);
        var further = commands.Where(command => command != own).ToArray();
        var group = own is null
            ? new Command(word, $"{string.Join(", ", further.Select(command => command.Name[(word.Length + 1)..]))}.")
            : Verb(word, own, run);
        foreach (var command in further)
        {
            group.Subcommands.Add(Verb(command.Name[(word.Length + 1)..], command, run));
        }

        return group;
    }

    private Command Verb(string word, OperatorCommand command, CommandRunner run)
    {
        var verb = new Command(word, $"{command.Help}\nExample: rigctl {command.Example}");
        var read = new List<Func<ParseResult, (string Name, string? Value)>>();
        foreach (var argument in command.Arguments)
        {
            switch (argument.Kind)
            {
                case ArgumentKind.Required or ArgumentKind.Optional:
                    var positional = new Argument<string?>(argument.Name)
                    {
                        Description = argument.Help,
                        Arity = argument.Kind == ArgumentKind.Required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
                    };
                    verb.Arguments.Add(positional);
                    read.Add(parsed => (argument.Name, parsed.GetValue(positional)));
                    break;
                case ArgumentKind.Option:
                    var option = new Option<string?>("--" + argument.Name) { Description = argument.Help };
                    verb.Options.Add(option);
                    read.Add(parsed => (argument.Name, parsed.GetValue(option)));
                    break;
                default:
                    var flag = new Option<bool>("--" + argument.Name) { Description = argument.Help };
                    verb.Options.Add(flag);
                    read.Add(parsed => (argument.Name, parsed.GetValue(flag) ? "true" : null));
                    break;
            }
        }

        verb.SetAction((parsed, cancellationToken) =>
        {
            var arguments = read.Select(one => one(parsed)).Where(argument => argument.Value is not null).ToDictionary(argument => argument.Name, argument => argument.Value!);
            return run(command, arguments, Settings(parsed), cancellationToken);
        });
        return verb;
    }
}
