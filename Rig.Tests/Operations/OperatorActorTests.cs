using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Rig.Actors.Operations;
using Rig.Tests.Support;
using static Rig.Actors.Operations.OperationsProtocol;

namespace Rig.Tests.Operations;

public sealed class OperatorActorTests : PatientTestKit
{
    private readonly Guid id = Guid.NewGuid();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int produced;

    [Fact]
    public void An_unknown_command_is_refused_with_those_there_are()
    {
        Start().Tell(Run("cluster show"), TestActor);
        Assert.Contains("dead-letters", ExpectMsg<CommandRefused>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_are_checked_before_the_command_runs()
    {
        var commands = Sys.ActorOf(OperatorActor.PropsOf(new OperatorPalette().Add("cluster down", _ => throw new InvalidOperationException("It ran."))));
        commands.Tell(Run("cluster down"), TestActor);
        Assert.Contains("needs address", ExpectMsg<CommandRefused>().Reason, StringComparison.Ordinal);
        commands.Tell(Run("cluster down", ("address", "x"), ("force", "true")), TestActor);
        Assert.Contains("'force'", ExpectMsg<CommandRefused>().Reason, StringComparison.Ordinal);
        commands.Tell(Run("cluster down", ("address", new string('x', 2000))), TestActor);
        Assert.Contains("longer", ExpectMsg<CommandRefused>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Items_are_produced_only_as_they_are_asked_for()
    {
        var commands = Start();
        commands.Tell(Run("dead-letters"), TestActor);
        Assert.Equal(1, (int)ExpectMsg<CommandItem>().Item["number"]!);
        Assert.Equal(1, produced);
        commands.Tell(new GetNext(id), TestActor);
        Assert.Equal(2, (int)ExpectMsg<CommandItem>().Item["number"]!);
        commands.Tell(new GetNext(id), TestActor);
        ExpectMsg<CommandItem>();
        commands.Tell(new GetNext(id), TestActor);
        ExpectMsg<CommandCompleted>();
        AwaitAssert(() =>
        {
            commands.Tell(new GetNext(id), TestActor);
            ExpectMsg<CommandRefused>();
        });
    }

    [Fact]
    public async Task A_cancelled_command_lets_go_of_what_it_holds()
    {
        var commands = Start();
        commands.Tell(Run("dead-letters"), TestActor);
        ExpectMsg<CommandItem>();
        commands.Tell(new CancelCommand(id));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_failure_becomes_a_sentence_and_the_next_command_runs()
    {
        var commands = Sys.ActorOf(OperatorActor.PropsOf(new OperatorPalette()
            .Add("actor count", _ => throw new CommandFailedException("Not today."))
            .Add("dead-letters", _ => [])));
        commands.Tell(Run("actor count"), TestActor);
        Assert.Equal("Not today.", ExpectMsg<CommandRefused>().Reason);
        commands.Tell(new RunCommand(Guid.NewGuid(), "dead-letters", new Dictionary<string, string>()), TestActor);
        ExpectMsg<CommandCompleted>();
    }

    [Fact]
    public void Beyond_the_limit_commands_are_refused_until_one_ends()
    {
        var commands = Start();
        var first = id;
        for (var running = 0; running < OperatorActor.MaxRunning; running++)
        {
            commands.Tell(new RunCommand(running == 0 ? first : Guid.NewGuid(), "dead-letters", new Dictionary<string, string>()), TestActor);
            ExpectMsg<CommandItem>();
        }

        commands.Tell(new RunCommand(Guid.NewGuid(), "dead-letters", new Dictionary<string, string>()), TestActor);
        Assert.Contains("running already", ExpectMsg<CommandRefused>().Reason, StringComparison.Ordinal);
        commands.Tell(new CancelCommand(first));
        AwaitAssert(() =>
        {
            commands.Tell(new RunCommand(Guid.NewGuid(), "dead-letters", new Dictionary<string, string>()), TestActor);
            ExpectMsg<CommandItem>();
        });
    }

    private static RunCommand Run(Guid id, string command, params (string Name, string Value)[] arguments) =>
        new(id, command, arguments.ToDictionary(argument => argument.Name, argument => argument.Value));

    private RunCommand Run(string command, params (string Name, string Value)[] arguments) => Run(id, command, arguments);

    private IActorRef Start() => Sys.ActorOf(OperatorActor.PropsOf(new OperatorPalette().Add("dead-letters", (_, cancellationToken) => CountAsync(cancellationToken))));

    private async IAsyncEnumerable<JsonObject> CountAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var number = 1; number <= 3; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
                produced = number;
                yield return new JsonObject { ["number"] = number };
            }
        }
        finally
        {
            ended.TrySetResult();
        }
    }
}
