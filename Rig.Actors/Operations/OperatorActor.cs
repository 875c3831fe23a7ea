using static Rig.Actors.Operations.OperationsProtocol;

namespace Rig.Actors.Operations;

/// <summary>Checks what operators ask of this process and runs each command in a child of its own, at most <see cref="MaxRunning"/> at once.</summary>
public sealed class OperatorActor : ReceiveActor
{
    public const int MaxRunning = 16;

    public OperatorActor(OperatorPalette palette)
    {
        Receive<RunCommand>(run =>
        {
            if (OperatorCommands.Find(run.Command) is not { } command || !palette.TryGet(run.Command, out var handler))
            {
                Refuse(run.Id, $"There is no command '{run.Command}' here. There are: {string.Join(", ", palette.Names)}.");
            }
            else if (command.Problem(run.Arguments) is { } problem)
            {
                Refuse(run.Id, problem);
            }
            else if (Context.GetChildren().Count() >= MaxRunning)
            {
                Refuse(run.Id, $"{MaxRunning} commands are running already. Try again when one has ended.");
            }
            else
            {
                var child = Context.ActorOf(CommandActor.PropsOf(run.Id, handler, new CommandArguments(run.Arguments)), Name(run.Id));
                child.Forward(new GetNext(run.Id));
            }
        });
        Receive<GetNext>(next =>
        {
            var child = Context.Child(Name(next.Id));
            if (child.IsNobody())
            {
                Refuse(next.Id, "That command has ended.");
            }
            else
            {
                child.Forward(next);
            }
        });
        Receive<CancelCommand>(cancel => Context.Stop(Context.Child(Name(cancel.Id))));
    }

    public static Props PropsOf(OperatorPalette palette) => Props.Create(() => new OperatorActor(palette));

    // A command that failed is over: restarted, it would do again what it did.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private static string Name(Guid id) => id.ToString("N");

    private void Refuse(Guid id, string reason) => Sender.Tell(new CommandRefused(id, reason));
}
