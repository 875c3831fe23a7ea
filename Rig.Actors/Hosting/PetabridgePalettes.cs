#if PETABRIDGE_CMD
using Petabridge.Cmd;
using Petabridge.Cmd.Host;
using Rig.Actors.Operations;
using static Rig.Actors.Operations.OperationsProtocol;

namespace Rig.Actors.Hosting;

/// <summary>
/// Rig's commands for <c>pbm</c>, Petabridge.Cmd's client, in the place of Rig's own port. A command's first word names its palette; one
/// of a single word is <c>show</c> there. Items come as lines of JSON.
/// </summary>
internal static class PetabridgePalettes
{
    public static void Start(ActorSystem system, OperatorPalette palette, IActorRef operators)
    {
        // Petabridge.Cmd asks nobody for a token, so nobody else's machine may reach it.
        system.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString("petabridge.cmd.host = \"127.0.0.1\""));
        var host = PetabridgeCmd.Get(system);
        foreach (var group in OperatorCommands.All.Where(command => palette.TryGet(command.Name, out _)).GroupBy(command => command.Name.Split(' ')[0]))
        {
            host.RegisterCommandPalette(new Palette(new CommandPalette(group.Key, [.. group.Select(Definition)]), [.. group], operators));
        }

        host.Start();
    }

    private static string Verb(OperatorCommand command) => command.Name.Split(' ') is [_, var verb] ? verb : "show";

    private static CommandDefinition Definition(OperatorCommand command)
    {
        var definition = new CommandDefinitionBuilder().WithName(Verb(command)).WithDescription(command.Help);
        foreach (var argument in command.Arguments)
        {
            definition = definition.WithArgument(made => made
                .WithName(argument.Name).WithDescription(argument.Help).WithSwitch("--" + argument.Name).IsMandatory(argument.Kind == ArgumentKind.Required));
        }

        return definition.Build();
    }

    private sealed class Palette(CommandPalette palette, IReadOnlyList<OperatorCommand> commands, IActorRef operators) : CommandPaletteHandler(palette)
    {
        public override Props HandlerProps { get; } = Props.Create(() => new Handler(palette, commands, operators));
    }

    /// <summary>One for each connection of <c>pbm</c>; its running commands end with it.</summary>
    private sealed class Handler : CommandHandlerActor
    {
        public Handler(CommandPalette palette, IReadOnlyList<OperatorCommand> commands, IActorRef operators)
            : base(palette)
        {
            foreach (var command in commands)
            {
                Process(Verb(command), given =>
                {
                    var client = Sender;
                    var arguments = given.Arguments.ToDictionary(pair => pair.Item1.TrimStart('-'), pair => string.IsNullOrEmpty(pair.Item2) ? "true" : pair.Item2);
                    Context.ActorOf(Props.Create(() => new Relay(new RunCommand(Guid.NewGuid(), command.Name, arguments), operators, client)));
                });
            }
        }
    }

    /// <summary>Fetches one command's items and hands them on.</summary>
    private sealed class Relay : ReceiveActor
    {
        private readonly RunCommand run;
        private readonly IActorRef operators;

        public Relay(RunCommand run, IActorRef operators, IActorRef client)
        {
            (this.run, this.operators) = (run, operators);
            Receive<CommandItem>(item =>
            {
                client.Tell(new CommandResponse(item.Item.ToJsonString(), false));
                operators.Tell(new GetNext(run.Id));
            });
            Receive<CommandCompleted>(_ =>
            {
                client.Tell(CommandResponse.Empty);
                Context.Stop(Self);
            });
            Receive<CommandRefused>(refused =>
            {
                client.Tell(new ErroredCommandResponse(refused.Reason));
                Context.Stop(Self);
            });
        }

        protected override void PreStart() => operators.Tell(run);

        protected override void PostStop() => operators.Tell(new CancelCommand(run.Id));
    }
}
#endif
