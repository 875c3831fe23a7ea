using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class BehaviorTests : PatientTestKit
{
    [Fact]
    public void The_first_handler_that_fits_takes_the_message()
    {
        var actor = ActorOf(() => new Chooses(TestActor), "actor");
        actor.Tell(5);
        ExpectMsg("small");
        actor.Tell(50);
        ExpectMsg("int");
        actor.Tell("text");
        ExpectMsg("refused then string");
        actor.Tell(1.5);
        ExpectMsg("any");
    }

    [Fact]
    public void Become_replaces_the_handlers()
    {
        var actor = ActorOf(() => new Switches(TestActor), "actor");
        actor.Tell("x");
        ExpectMsg("first x");
        actor.Tell(1);
        actor.Tell("x");
        ExpectMsg("second x");
    }

    [Fact]
    public void Stacked_handlers_come_back()
    {
        var actor = ActorOf(() => new Switches(TestActor), "actor");
        actor.Tell(2);
        actor.Tell("x");
        ExpectMsg("stacked x");
        actor.Tell("pop");
        ExpectMsg("stacked pop");
        actor.Tell("x");
        ExpectMsg("first x");
    }

    [Fact]
    public void A_restart_begins_with_the_first_behaviour()
    {
        var actor = ActorOf(() => new Switches(TestActor), "actor");
        actor.Tell(1);
        actor.Tell(new InvalidOperationException("boom"));
        actor.Tell("x");
        ExpectMsg("first x");
    }

    [Fact]
    public void A_message_without_a_handler_is_published_as_unhandled()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(UnhandledMessage));
        var actor = ActorOf(() => new Switches(TestActor), "actor");
        actor.Tell(2.5);
        var unhandled = probe.ExpectMsg<UnhandledMessage>();
        Assert.Equal(2.5, unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
    }

    [Fact]
    public void An_untyped_actor_switches_too()
    {
        var actor = ActorOf(() => new Toggle(TestActor), "actor");
        actor.Tell("x");
        ExpectMsg("off x");
        actor.Tell("toggle");
        actor.Tell("x");
        ExpectMsg("on x");
    }

    [Fact]
    public void Handlers_after_one_that_takes_everything_are_refused()
    {
        var actor = Watch(ActorOf(() => new Unreachable(), "actor"));
        ExpectTerminated(actor);
    }

    private sealed class Chooses : ReceiveActor
    {
        public Chooses(IActorRef report)
        {
            var refused = "";
            Receive<int>(number => number < 10, _ => report.Tell("small"));
            Receive<int>(_ => report.Tell("int"));
            Receive<string>(_ =>
            {
                refused = "refused then ";
                return false;
            });
            Receive<string>(_ => report.Tell(refused + "string"));
            ReceiveAny(_ => report.Tell("any"));
        }
    }

    private sealed class Switches : ReceiveActor
    {
        public Switches(IActorRef report)
        {
            Receive<Exception>(cause => throw cause);
            Receive<string>(text => report.Tell("first " + text));
            Receive<int>(number => number == 1, _ => Become(() =>
            {
                Receive<Exception>(cause => throw cause);
                Receive<string>(text => report.Tell("second " + text));
            }));
            Receive<int>(_ => BecomeStacked(() => Receive<string>(text =>
            {
                report.Tell("stacked " + text);
                if (text == "pop")
                    UnbecomeStacked();
            })));
        }
    }

    private sealed class Toggle(IActorRef report) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "toggle")
                Become(On);
            else
                report.Tell($"off {message}");
        }

        private void On(object message) => report.Tell($"on {message}");
    }

    private sealed class Unreachable : ReceiveActor
    {
        public Unreachable()
        {
            ReceiveAny(_ => { });
            Receive<string>(_ => { });
        }
    }
}
