using System.Text.Json.Nodes;
using static Rig.Actors.Operations.OperationsProtocol;

namespace Rig.Actors.Operations;

/// <summary>One running command. Produces an item only when asked; ends by itself when nobody has asked for a while.</summary>
internal sealed class CommandActor : ReceiveActor
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1);

    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly CancellationTokenSource stopping = new();
    private IAsyncEnumerator<JsonObject>? items;
    private Task<bool> step = Task.FromResult(true);
    private IActorRef asker = ActorRefs.Nobody;

    public CommandActor(Guid id, CommandHandler handler, CommandArguments arguments)
    {
        Context.SetReceiveTimeout(Abandoned);
        Receive<GetNext>(_ => step.IsCompleted, _ =>
        {
            asker = Sender;
            Context.SetReceiveTimeout(null);
            step = Task.Run(async () => await (items ??= handler(arguments, stopping.Token).GetAsyncEnumerator(stopping.Token)).MoveNextAsync());
            step.PipeTo(Self, success: more => new Stepped(more), failure: cause => new StepFailed(cause));
        });
        Receive<Stepped>(stepped =>
        {
            if (stepped.More)
            {
                asker.Tell(new CommandItem(id, items!.Current));
                Context.SetReceiveTimeout(Abandoned);
            }
            else
            {
                End(new CommandCompleted(id));
            }
        });
        Receive<StepFailed>(failed =>
        {
            if (failed.Cause is not CommandFailedException)
            {
                log.Error(failed.Cause, "A command failed.");
            }

            End(new CommandRefused(id, failed.Cause is CommandFailedException ? failed.Cause.Message : $"The command failed: {failed.Cause.Message}"));
        });
        Receive<ReceiveTimeout>(_ => Context.Stop(Self));
    }

    public static Props PropsOf(Guid id, CommandHandler handler, CommandArguments arguments) => Props.Create(() => new CommandActor(id, handler, arguments));

    protected override void PostStop()
    {
        stopping.Cancel();

        // Only once the step under way has ended may the stream be let go.
        step.ContinueWith(
            _ => Task.Run(async () => await (items?.DisposeAsync() ?? ValueTask.CompletedTask)),
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void End(object answer)
    {
        asker.Tell(answer);
        Context.Stop(Self);
    }

    private sealed record Stepped(bool More) : IDeadLetterSuppression;

    private sealed record StepFailed(Exception Cause) : IDeadLetterSuppression;
}
