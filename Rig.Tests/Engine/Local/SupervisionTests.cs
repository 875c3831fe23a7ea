using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class SupervisionTests : PatientTestKit
{
    private static readonly string[] RestartHooks = ["pre-start 1", "pre-restart 1 boom", "post-stop 1", "post-restart 2 boom", "pre-start 2"];

    [Fact]
    public void A_failed_child_is_restarted_and_its_hooks_run_in_order()
    {
        var parent = ActorOf(() => new Parent(Restart(), TestActor), "parent");
        var child = MakeChild(parent, "child");
        ExpectMsg(RestartHooks[0]);
        child.Tell(new InvalidOperationException("boom"));
        foreach (var hook in RestartHooks.Skip(1))
            ExpectMsg(hook);
        child.Tell("who");
        ExpectMsg("incarnation 2");
    }

    [Fact]
    public void The_mailbox_survives_a_restart_without_the_failed_message()
    {
        var parent = ActorOf(() => new Parent(Restart(), CreateTestProbe().Ref), "parent");
        var child = MakeChild(parent, "child");
        child.Tell("first");
        child.Tell(new InvalidOperationException("boom"));
        child.Tell("second");
        ExpectMsg("echo first");
        ExpectMsg("echo second");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Resume_keeps_the_state()
    {
        var parent = ActorOf(() => new Parent(new OneForOneStrategy(_ => Directive.Resume), TestActor), "parent");
        var child = MakeChild(parent, "child");
        ExpectMsg("pre-start 1");
        child.Tell(new InvalidOperationException("boom"));
        child.Tell("who");
        ExpectMsg("incarnation 1");
    }

    [Fact]
    public void Stop_ends_the_child()
    {
        var parent = ActorOf(() => new Parent(new OneForOneStrategy(_ => Directive.Stop), TestActor), "parent");
        var child = Watch(MakeChild(parent, "child"));
        ExpectMsg("pre-start 1");
        child.Tell(new InvalidOperationException("boom"));
        ExpectMsg("post-stop 1");
        ExpectTerminated(child);
    }

    [Fact]
    public void Escalate_fails_the_parent_itself()
    {
        var probe = CreateTestProbe();
        var grandparent = ActorOf(() => new Parent(new OneForOneStrategy(_ => Directive.Stop), probe.Ref), "grandparent");
        grandparent.Tell(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Escalate), TestActor)));
        var parent = Watch(ExpectMsg<IActorRef>());
        var child = MakeChild(parent, "child");
        ExpectMsg("pre-start 1");
        child.Tell(new InvalidOperationException("boom"));
        ExpectMsg("post-stop 1");
        ExpectMsg("parent stopped");
        ExpectTerminated(parent);
    }

    [Fact]
    public void A_child_that_fails_too_often_within_the_window_is_stopped()
    {
        var strategy = new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart);
        var parent = ActorOf(() => new Parent(strategy, CreateTestProbe().Ref), "parent");
        var child = Watch(MakeChild(parent, "child"));
        for (var i = 0; i < 2; i++)
        {
            child.Tell(new InvalidOperationException("boom"));
            child.Tell("who");
            ExpectMsg($"incarnation {i + 2}");
        }

        child.Tell(new InvalidOperationException("boom"));
        ExpectTerminated(child);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_too()
    {
        var parent = ActorOf(() => new Parent(new AllForOneStrategy(_ => Directive.Restart), CreateTestProbe().Ref), "parent");
        var one = MakeChild(parent, "one");
        var two = MakeChild(parent, "two");
        one.Tell(new InvalidOperationException("boom"));
        AwaitAssert(() =>
        {
            two.Tell("who");
            ExpectMsg("incarnation 2");
        });
        one.Tell("who");
        ExpectMsg("incarnation 2");
    }

    [Fact]
    public void Without_a_strategy_failures_restart_and_failed_constructors_stop()
    {
        var failing = Watch(ActorOf(() => new FailsInConstructor(), "failing"));
        ExpectTerminated(failing);
        var probe = CreateTestProbe();
        var actor = ActorOf(() => new Lifecycle(probe.Ref, new Incarnations()), "plain");
        actor.Tell(new InvalidOperationException("boom"));
        actor.Tell("who");
        ExpectMsg("incarnation 2");
    }

    [Fact]
    public void A_failure_in_pre_start_stops_the_actor()
    {
        var failing = Watch(ActorOf(() => new FailsInPreStart(), "failing"));
        ExpectTerminated(failing);
    }

    [Fact]
    public void Kill_fails_the_actor_and_by_default_stops_it()
    {
        var probe = CreateTestProbe();
        var actor = Watch(ActorOf(() => new Lifecycle(probe.Ref, new Incarnations()), "actor"));
        actor.Tell(Kill.Instance);
        ExpectTerminated(actor);
    }

    [Fact]
    public void Children_stop_before_their_parent_does()
    {
        var parent = ActorOf(() => new Parent(Restart(), TestActor), "parent");
        MakeChild(parent, "child");
        ExpectMsg("pre-start 1");
        Watch(parent);
        Sys.Stop(parent);
        ExpectMsg("post-stop 1");
        ExpectMsg("parent stopped");
        ExpectTerminated(parent);
    }

    [Fact]
    public void A_restart_waits_for_the_children_that_it_stops()
    {
        var top = ActorOf(() => new Parent(Restart(), CreateTestProbe().Ref), "top");
        top.Tell(Props.Create(() => new Parent(Restart(), TestActor)));
        var parent = ExpectMsg<IActorRef>();
        MakeChild(parent, "child");
        ExpectMsg("pre-start 1");
        parent.Tell(new InvalidOperationException("boom"));
        ExpectMsg("parent stopped");
        ExpectMsg("post-stop 1");
        // The name is free again, for the child is gone for good.
        MakeChild(parent, "child");
        ExpectMsg("pre-start 1");
    }

    [Fact]
    public void Failures_are_logged()
    {
        var parent = ActorOf(() => new Parent(Restart(), CreateTestProbe().Ref), "parent");
        var child = MakeChild(parent, "child");
        EventFilter.Exception<InvalidOperationException>(message: "boom", source: child.Path.ToString())
            .ExpectOne(() => child.Tell(new InvalidOperationException("boom")));
    }

    [Fact]
    public void Names_are_unique_among_siblings_and_well_formed()
    {
        ActorOf<Silent>("taken");
        Assert.Throws<InvalidActorNameException>(() => ActorOf<Silent>("taken"));
        Assert.Throws<InvalidActorNameException>(() => ActorOf<Silent>("a/b"));
        Assert.Throws<InvalidActorNameException>(() => ActorOf<Silent>("$a"));
    }

    private static OneForOneStrategy Restart() => new(_ => Directive.Restart);

    private IActorRef MakeChild(IActorRef parent, string name)
    {
        // Asked by somebody else: the child may tell of its start before its parent answers.
        var asker = CreateTestProbe();
        parent.Tell(name, asker.Ref);
        return asker.ExpectMsg<IActorRef>();
    }

    private sealed class Silent : ReceiveActor;

    private sealed class Incarnations
    {
        public int Count { get; set; }
    }

    private sealed class Parent : ReceiveActor
    {
        private readonly SupervisorStrategy _strategy;
        private readonly IActorRef _report;

        public Parent(SupervisorStrategy strategy, IActorRef report)
        {
            _strategy = strategy;
            _report = report;
            Receive<string>(name =>
            {
                var child = Context.ActorOf(Props.Create(() => new Lifecycle(report, new Incarnations())), name);
                Sender.Tell(child);
            });
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
            Receive<Exception>(cause => throw cause);
        }

        protected override SupervisorStrategy SupervisorStrategy() => _strategy;

        protected override void PostStop() => _report.Tell("parent stopped");
    }

    private sealed class Lifecycle : ReceiveActor
    {
        private readonly IActorRef _report;
        private readonly int _incarnation;

        public Lifecycle(IActorRef report, Incarnations incarnations)
        {
            _report = report;
            _incarnation = ++incarnations.Count;
            Receive<Exception>(cause => throw cause);
            Receive<string>(text => text == "who", _ => Sender.Tell($"incarnation {_incarnation}"));
            Receive<string>(text => Sender.Tell("echo " + text));
        }

        protected override void PreStart() => _report.Tell($"pre-start {_incarnation}");

        protected override void PostStop() => _report.Tell($"post-stop {_incarnation}");

        protected override void PreRestart(Exception reason, object? message)
        {
            _report.Tell($"pre-restart {_incarnation} {reason.Message}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            _report.Tell($"post-restart {_incarnation} {reason.Message}");
            base.PostRestart(reason);
        }
    }

    private sealed class FailsInConstructor : ReceiveActor
    {
        public FailsInConstructor() => throw new InvalidOperationException("no");
    }

    private sealed class FailsInPreStart : ReceiveActor
    {
        protected override void PreStart() => throw new InvalidOperationException("no");
    }
}
