namespace Rig.Tests.Engine.Persistence;

public class RecoveryTests() : PersistenceTestKit("akka.persistence.max-concurrent-recoveries = 1")
{
    [Fact]
    public void Commands_that_come_during_recovery_are_handled_after_it_in_order()
    {
        Write("one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.BeforeReplay = gate.Task;
        var actor = StartUnready();
        actor.Tell("first");
        actor.Tell("second");
        gate.SetResult();

        ExpectAll("replayed one", "recovered at 1", "command first", "command second");
    }

    [Fact]
    public void Nothing_can_be_persisted_during_replay_but_on_its_completion()
    {
        Write("one");
        StartUnready(onRecover: (self, message) =>
        {
            if (message is string)
                self.Report.Tell(Assert.Throws<InvalidOperationException>(() => self.Persist("never", _ => { })).GetType().Name);
            else
                self.Persist("two", text => self.Report.Tell($"persisted {text}"));
        });

        ExpectAll("replayed one", nameof(InvalidOperationException), "recovered at 1", "persisted two");
    }

    [Fact]
    public void An_event_that_cannot_be_applied_stops_the_actor()
    {
        Write("one", "two");
        var actor = Watch(StartUnready(onRecover: (_, message) =>
        {
            if (message is "two")
                throw new FormatException("unknown event");
        }));

        ExpectAll("replayed one", "replayed two", "lost at two: FormatException");
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_journal_that_cannot_be_read_stops_the_actor()
    {
        Write("one");
        Script.BeforeReplay = Task.FromException(new IOException("the disk is gone"));
        var actor = Watch(StartUnready());

        ExpectMsg("lost at nothing: IOException");
        ExpectTerminated(actor);
    }

    [Fact]
    public void Only_as_many_recover_at_a_time_as_configured_and_a_dead_one_gives_its_place_up()
    {
        Write("one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.BeforeReplay = gate.Task;
        var first = StartUnready();
        AwaitCondition(() => Script.Replaying == 1);
        StartUnready();
        StartUnready();
        Stop(first);
        gate.SetResult();

        ExpectAll("replayed one", "recovered at 1", "replayed one", "recovered at 1");
        // The dead one's replay may still be under way when the next begins.
        Assert.InRange(Script.MostReplaying, 1, 2);
    }

    [Fact]
    public void One_that_is_restarted_while_it_recovers_starts_over()
    {
        Write("one", "two");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.BeforeReplay = gate.Task;
        var failures = 0;
        var actor = StartUnready(onRecover: (_, message) =>
        {
            if (message is RecoveryCompleted && failures++ == 0)
                throw new InvalidOperationException("once");
        });
        gate.SetResult();
        actor.Tell("next");

        ExpectAll("replayed one", "replayed two", "recovered at 2", "replayed one", "replayed two", "recovered at 2", "command next");
    }

#if !ENGINE_AKKA
    [Fact]
    public void What_an_earlier_incarnations_replay_still_brings_is_not_taken_for_the_new_ones()
    {
        Write("one", "two");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.BeforeReplay = gate.Task;
        Sys.ActorOf(Props.Create(() => new Reviver(Props.Create(() => new ScriptedActor("a", TestActor, null, null)), TestActor)));
        var actor = ExpectMsg<IActorRef>();
        AwaitCondition(() => Script.Replaying == 1);
        actor.Tell(Kill.Instance);
        AwaitCondition(() => Script.Replaying == 2);
        gate.SetResult();
        actor.Tell("next");

        ExpectAll("replayed one", "replayed two", "recovered at 2", "command next");
    }
#endif

    [Fact]
    public void No_recovery_brings_nothing_back_and_still_counts_on()
    {
        Write("one", "two");
        var actor = StartUnready(recovery: Recovery.None);
        Persist(actor, "three");
        ExpectAll("recovered at 2", "persisted three");
    }

    [Fact]
    public void A_recovery_may_end_at_a_number_or_after_a_count()
    {
        Write("one", "two", "three");
        StartUnready(recovery: new Recovery(SnapshotSelectionCriteria.Latest, toSequenceNr: 2));
        ExpectAll("replayed one", "replayed two", "recovered at 3");
        StartUnready(recovery: new Recovery(SnapshotSelectionCriteria.Latest, long.MaxValue, replayMax: 1));
        ExpectAll("replayed one", "recovered at 3");
    }

    [Fact]
    public void A_timer_that_fires_during_recovery_is_handled_after_it()
    {
        Write("one");
        StartUnready(onRecover: (self, message) =>
        {
            if (message is "one")
                self.Timers.StartSingleTimer("timer", "from the timer", TimeSpan.FromMilliseconds(1));
        });

        ExpectAll("replayed one", "recovered at 1", "command from the timer");
    }

#if !ENGINE_AKKA
    /// <summary>Restarts its child where others would end it.</summary>
    private sealed class Reviver : UntypedActor
    {
        public Reviver(Props child, IActorRef report) => report.Tell(Context.ActorOf(child));

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Restart);

        protected override void OnReceive(object message) => Unhandled(message);
    }
#endif
}

public class RecoveryTimeoutTests() : PersistenceTestKit("test.journal.recovery-event-timeout = 1 s")
{
    [Fact]
    public void A_journal_that_never_answers_stops_the_actor()
    {
        Write("one");
        Script.IsSilent = true;
        var actor = Watch(StartUnready());

        ExpectMsg("lost at nothing: RecoveryTimedOutException", TimeSpan.FromSeconds(20));
        ExpectTerminated(actor);
    }
}
