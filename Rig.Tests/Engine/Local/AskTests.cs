using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class AskTests : PatientTestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_answer_completes_the_ask()
    {
        var actor = ActorOf<Answers>("actor");
        Assert.Equal(42, await actor.Ask<int>("number", Patience));
        Assert.Equal("text", await actor.Ask<string>("text", Patience));
    }

    [Fact]
    public async Task No_answer_in_time_is_an_error()
    {
        var actor = ActorOf<Answers>("actor");
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<int>("silence", TimeSpan.FromMilliseconds(30)));
    }

    [Fact]
    public async Task Cancellation_gives_up_waiting()
    {
        var actor = ActorOf<Answers>("actor");
        using var source = new CancellationTokenSource();
        var ask = actor.Ask<int>("silence", Patience, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
    }

    [Fact]
    public async Task A_failure_answered_is_thrown()
    {
        var actor = ActorOf<Answers>("actor");
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => actor.Ask<int>("failure", Patience));
        Assert.Equal("no number today", thrown.Message);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_an_error()
    {
        var actor = ActorOf<Answers>("actor");
        await Assert.ThrowsAsync<ArgumentException>(() => actor.Ask<int>("text", Patience));
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_a_dead_letter()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(DeadLetter));
        var actor = ActorOf<Answers>("actor");
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("later", TimeSpan.FromMilliseconds(30)));
        actor.Tell("now");
        Assert.Equal("late", (await probe.ExpectMsgAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task The_result_of_a_task_is_piped_to_an_actor()
    {
        await Task.FromResult(5).PipeTo(TestActor);
        ExpectMsg(5);
        await Task.FromResult(5).PipeTo(TestActor, success: number => $"got {number}");
        ExpectMsg("got 5");
        await Task.CompletedTask.PipeTo(TestActor, success: () => "done");
        ExpectMsg("done");
    }

    [Fact]
    public async Task A_failed_task_is_piped_as_a_failure()
    {
        await Task.FromException<int>(new InvalidOperationException("no")).PipeTo(TestActor);
        Assert.Equal("no", ExpectMsg<Status.Failure>().Cause.Message);
        await Task.FromException<int>(new InvalidOperationException("no")).PipeTo(TestActor, failure: cause => $"mapped {cause.Message}");
        ExpectMsg("mapped no");
    }

    private sealed class Answers : ReceiveActor
    {
        private IActorRef? _late;

        public Answers()
        {
            Receive<string>(text => text == "number", _ => Sender.Tell(42));
            Receive<string>(text => text == "text", text => Sender.Tell(text));
            Receive<string>(text => text == "failure", _ => Sender.Tell(new Status.Failure(new InvalidOperationException("no number today"))));
            Receive<string>(text => text == "later", _ => _late = Sender);
            Receive<string>(text => text == "now", _ => _late!.Tell("late"));
            Receive<string>(_ => { });
        }
    }
}
