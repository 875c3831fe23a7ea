using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class DeathWatchTests : PatientTestKit
{
    [Fact]
    public void The_watcher_learns_of_the_end()
    {
        var subject = Watch(ActorOf<Silent>("subject"));
        Sys.Stop(subject);
        var terminated = ExpectTerminated(subject);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
    }

    [Fact]
    public void Watching_the_dead_tells_at_once()
    {
        var subject = Watch(ActorOf<Silent>("subject"));
        Sys.Stop(subject);
        ExpectTerminated(subject);
        var probe = CreateTestProbe();
        probe.Watch(subject);
        probe.ExpectTerminated(subject);
    }

    [Fact]
    public void A_watcher_is_told_once_however_often_it_watched()
    {
        var subject = ActorOf<Silent>("subject");
        Watch(subject);
        Watch(subject);
        Sys.Stop(subject);
        ExpectTerminated(subject);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void After_unwatch_nothing_is_told()
    {
        var subject = ActorOf<Silent>("subject");
        Watch(subject);
        Unwatch(subject);
        var probe = CreateTestProbe();
        probe.Watch(subject);
        Sys.Stop(subject);
        probe.ExpectTerminated(subject);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Watch_with_tells_the_message_given()
    {
        var subject = ActorOf<Silent>("subject");
        var watcher = ActorOf(() => new WatchesWith(subject, TestActor), "watcher");
        watcher.Tell("ready");
        ExpectMsg("ready");
        Sys.Stop(subject);
        ExpectMsg("it is gone");
    }

    [Fact]
    public void A_termination_not_handled_fails_the_watcher()
    {
        var subject = ActorOf<Silent>("subject");
        var watcher = Watch(ActorOf(() => new WatchesBlindly(subject), "watcher"));
        watcher.Tell(new Identify(1));
        ExpectMsg<ActorIdentity>();
        EventFilter.Exception<DeathPactException>().ExpectOne(() => Sys.Stop(subject));
        ExpectTerminated(watcher);
    }

    [Fact]
    public void Messages_told_before_the_end_come_before_the_notice()
    {
        var subject = ActorOf(() => new Farewell(TestActor), "subject");
        Watch(subject);
        subject.Tell("a");
        subject.Tell("b");
        subject.Tell(PoisonPill.Instance);
        ExpectMsg("a");
        ExpectMsg("b");
        ExpectMsg("bye");
        ExpectTerminated(subject);
    }

    [Fact]
    public void A_new_incarnation_is_not_its_predecessor()
    {
        var first = Watch(ActorOf<Silent>("name"));
        Sys.Stop(first);
        ExpectTerminated(first);
        var second = ActorOf<Silent>("name");
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
        first.Tell(new Identify("old"));
        Assert.Null(ExpectMsg<ActorIdentity>().Subject);
    }

    private sealed class Silent : ReceiveActor;

    private sealed class WatchesWith : ReceiveActor
    {
        public WatchesWith(IActorRef subject, IActorRef report)
        {
            Context.WatchWith(subject, "it is gone");
            Receive<string>(report.Tell);
        }
    }

    private sealed class WatchesBlindly : ReceiveActor
    {
        public WatchesBlindly(IActorRef subject) => Context.Watch(subject);
    }

    private sealed class Farewell : ReceiveActor
    {
        private readonly IActorRef _report;

        public Farewell(IActorRef report)
        {
            _report = report;
            Receive<string>(report.Tell);
        }

        protected override void PostStop() => _report.Tell("bye");
    }
}
