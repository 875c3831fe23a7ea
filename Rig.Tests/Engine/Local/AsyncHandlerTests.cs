using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class AsyncHandlerTests : PatientTestKit
{
    [Fact]
    public void The_next_message_waits_for_the_asynchronous_handler()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = ActorOf(() => new Waits(gate.Task, TestActor), "actor");
        actor.Tell("slow");
        actor.Tell(1);
        ExpectMsg("begun");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        gate.SetResult();
        ExpectMsg("ended");
        ExpectMsg(1);
    }

    [Fact]
    public void Sender_and_self_are_the_same_after_an_await()
    {
        var actor = ActorOf<Answers>("actor");
        for (var i = 0; i < 100; i++)
            actor.Tell(i);
        for (var i = 0; i < 100; i++)
            ExpectMsg((actor, i));
    }

    [Fact]
    public void A_failure_after_an_await_reaches_the_supervisor()
    {
        var actor = ActorOf<Answers>("actor");
        EventFilter.Exception<InvalidOperationException>(message: "later").ExpectOne(() => actor.Tell("fail"));
        actor.Tell(1);
        ExpectMsg((actor, 1));
    }

    [Fact]
    public void An_actor_can_be_stopped_while_it_waits()
    {
        var never = new TaskCompletionSource();
        var actor = Watch(ActorOf(() => new Waits(never.Task, TestActor), "actor"));
        actor.Tell("slow");
        ExpectMsg("begun");
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    [Fact]
    public void The_context_is_not_there_outside_the_actor()
    {
        ActorOf(() => new Strays(TestActor), "actor").Tell("go");
        ExpectMsg<NotSupportedException>();
    }

    private sealed class Waits : ReceiveActor
    {
        public Waits(Task gate, IActorRef report)
        {
            ReceiveAsync<string>(async _ =>
            {
                report.Tell("begun");
                await gate;
                report.Tell("ended");
            });
            Receive<int>(number => report.Tell(number));
        }
    }

    private sealed class Answers : ReceiveActor
    {
        public Answers()
        {
            ReceiveAsync<int>(async number =>
            {
                await Task.Yield();
                Sender.Tell((Context.Self, number));
            });
            ReceiveAsync<string>(async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("later");
            });
        }
    }

    private sealed class Strays : ReceiveActor
    {
        // A thread of its own: on one of the pool Akka.NET's test kit may have left the context of an earlier test.
        public Strays(IActorRef report) => ReceiveAny(_ => new Thread(() =>
        {
            try
            {
                report.Tell(Context.Self);
            }
            catch (NotSupportedException cause)
            {
                report.Tell(cause);
            }
        }).Start());
    }
}
