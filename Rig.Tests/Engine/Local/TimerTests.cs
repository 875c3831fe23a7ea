using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class TimerTests() : PatientTestKit("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_single_timer_fires_once()
    {
        var actor = Ready();
        actor.Tell(new Start("tick", TimeSpan.FromSeconds(1), false));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(0.9));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(0.2));
        ExpectMsg("tick");
        Time.Advance(TimeSpan.FromSeconds(10));
        Settle(actor);
    }

    [Fact]
    public void A_periodic_timer_fires_until_it_is_cancelled()
    {
        var actor = Ready();
        actor.Tell(new Start("tick", TimeSpan.FromSeconds(1), true));
        Settle(actor);
        for (var i = 0; i < 3; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            ExpectMsg("tick");
        }

        actor.Tell("cancel");
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(3));
        Settle(actor);
    }

    [Fact]
    public void A_restarted_timer_forgets_the_tick_on_its_way()
    {
        var actor = Ready();
        actor.Tell(new Start("old", TimeSpan.FromSeconds(1), false));
        Settle(actor);
        // The tick is in the mailbox behind the message that replaces its timer.
        actor.Tell(new Hold(Time, TimeSpan.FromSeconds(1), new Start("new", TimeSpan.FromSeconds(1), false)));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(1));
        ExpectMsg("new");
    }

    [Fact]
    public void Timers_end_with_the_incarnation()
    {
        var actor = Ready();
        actor.Tell(new Start("tick", TimeSpan.FromSeconds(1), true));
        actor.Tell(new InvalidOperationException("boom"));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(5));
        Settle(actor);
    }

    [Fact]
    public void Silence_is_told_once_per_timeout()
    {
        var actor = Ready();
        actor.Tell(TimeSpan.FromSeconds(2));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(1));
        actor.Tell("anything");
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(1.5));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(2));
        ExpectMsg("silence");
    }

    [Fact]
    public void Some_messages_do_not_break_the_silence()
    {
        var actor = Ready();
        actor.Tell(TimeSpan.FromSeconds(2));
        Settle(actor);
        Time.Advance(TimeSpan.FromSeconds(1));
        actor.Tell(new Identify("quiet"));
        ExpectMsg<ActorIdentity>();
        Time.Advance(TimeSpan.FromSeconds(1));
        ExpectMsg("silence");
    }

    [Fact]
    public void Scheduled_messages_can_be_taken_back()
    {
        var first = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromSeconds(1), TestActor, "first", ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), TestActor, "second", ActorRefs.NoSender);
        first.Cancel();
        Time.Advance(TimeSpan.FromSeconds(1));
        ExpectMsg("second");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Messages_due_at_the_same_time_are_told_in_order()
    {
        for (var i = 0; i < 20; i++)
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), TestActor, i, ActorRefs.NoSender);
        Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20; i++)
            ExpectMsg(i);
    }

    private IActorRef Ready() => ActorOf(() => new Timed(TestActor), "actor");

    /// <summary>What was told before has been handled, and nothing was reported.</summary>
    private void Settle(IActorRef actor)
    {
        actor.Tell(new Identify("settle"));
        Assert.Equal("settle", ExpectMsg<ActorIdentity>().MessageId);
    }

    private sealed record Start(string Message, TimeSpan Delay, bool Repeat);

    private sealed record Hold(TestScheduler Time, TimeSpan Offset, Start Then);

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        public Timed(IActorRef report)
        {
            Receive<Start>(Begin);
            Receive<Hold>(hold =>
            {
                hold.Time.Advance(hold.Offset);
                Begin(hold.Then);
            });
            Receive<TimeSpan>(silence => SetReceiveTimeout(silence));
            Receive<ReceiveTimeout>(_ => report.Tell("silence"));
            Receive<Exception>(cause => throw cause);
            Receive<string>(text => text == "cancel", _ => Timers.Cancel("key"));
            Receive<string>(text => text == "anything", _ => { });
            Receive<string>(text => report.Tell(text));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        private void Begin(Start start)
        {
            if (start.Repeat)
                Timers.StartPeriodicTimer("key", start.Message, start.Delay);
            else
                Timers.StartSingleTimer("key", start.Message, start.Delay);
        }
    }
}
