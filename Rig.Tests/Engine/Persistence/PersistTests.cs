using System.Collections.Immutable;

namespace Rig.Tests.Engine.Persistence;

public class PersistTests : PersistenceTestKit
{
    [Fact]
    public void What_was_persisted_is_replayed_in_order_before_the_first_command()
    {
        var first = Start();
        Persist(first, "one", "two", "three");
        ExpectAll("persisted one", "persisted two", "persisted three");
        Stop(first);

        var second = StartUnready();
        second.Tell("hello");
        ExpectAll("replayed one", "replayed two", "replayed three", "recovered at 3", "command hello");
    }

    [Fact]
    public void Histories_of_other_ids_are_not_seen()
    {
        Persist(Start("a"), "of a");
        ExpectMsg("persisted of a");

        StartUnready("b");
        ExpectMsg("recovered at 0");
    }

    [Fact]
    public void No_command_comes_between_persist_and_its_handler()
    {
        var actor = Start();
        var gate = Gate();
        Persist(actor, "one");
        actor.Tell("next");
        actor.Tell("last");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));

        gate.SetResult(null);
        ExpectAll("persisted one", "command next", "command last");
    }

    [Fact]
    public void After_persist_async_commands_go_on()
    {
        var actor = Start();
        var gate = Gate();
        actor.Tell(new Do(self => self.PersistAsync("one", text => self.Report.Tell($"persisted {text}"))));
        actor.Tell("next");
        ExpectMsg("command next");

        gate.SetResult(null);
        ExpectMsg("persisted one");
    }

    [Fact]
    public void Persist_all_is_one_atomic_write_whose_handler_runs_for_each_event()
    {
        var actor = Start();
        actor.Tell(new Do(self => self.PersistAll(["one", "two", "three"], text => self.Report.Tell($"persisted {text} {self.LastSequenceNr}"))));
        ExpectAll("persisted one 1", "persisted two 2", "persisted three 3");
        Assert.Equal([3], Script.Sizes);

        actor.Tell(new Do(self => self.PersistAll(Array.Empty<string>(), _ => self.Report.Tell("never"))));
        actor.Tell("next");
        ExpectMsg("command next");
    }

    [Fact]
    public void Events_of_one_command_keep_their_order_over_nested_persists()
    {
        var actor = Start();
        actor.Tell(new Do(self =>
        {
            self.Persist("outer one", text =>
            {
                self.Report.Tell(text);
                self.Persist("inner one", self.Report.Tell);
            });
            self.Persist("outer two", text =>
            {
                self.Report.Tell(text);
                self.Persist("inner two", self.Report.Tell);
            });
        }));
        actor.Tell("next");
        ExpectAll("outer one", "outer two", "inner one", "inner two", "command next");
    }

    [Fact]
    public void The_handler_sees_the_sender_of_its_command()
    {
        var actor = Start();
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var gate = Gate();
        actor.Tell(new Do(self => self.Persist("one", text => self.Asker.Tell(text))), first);
        actor.Tell(new Do(self => self.Persist("two", text => self.Asker.Tell(text))), second);
        gate.SetResult(null);

        first.ExpectMsg("one");
        second.ExpectMsg("two");
    }

    [Fact]
    public void A_deferred_handler_runs_after_those_of_the_events_before_it_and_is_not_written()
    {
        var actor = Start();
        actor.Tell(new Do(self =>
        {
            self.DeferAsync("at once", text => self.Report.Tell(text));
            self.PersistAsync("one", text => self.Report.Tell(text));
            self.DeferAsync("after one", text => self.Report.Tell(text));
            self.PersistAsync("two", text => self.Report.Tell(text));
            self.DeferAsync("after two", text => self.Report.Tell(text));
        }));
        ExpectAll("at once", "one", "after one", "two", "after two");
        Stop(actor);

        StartUnready();
        ExpectAll("replayed one", "replayed two", "recovered at 2");
    }

    [Fact]
    public void A_deferred_handler_keeps_the_sender()
    {
        var actor = Start();
        var probe = CreateTestProbe();
        actor.Tell(new Do(self =>
        {
            self.PersistAsync("one", _ => { });
            self.DeferAsync("deferred", text => self.Asker.Tell(text));
        }), probe);
        actor.Tell("next");
        probe.ExpectMsg("deferred");
    }

    [Fact]
    public void A_failed_write_stops_the_actor_and_nothing_is_acknowledged()
    {
        var actor = Watch(Start());
        Persist(actor, "one");
        ExpectMsg("persisted one");
        Script.NextWrite(() => Task.FromException<IImmutableList<Exception?>?>(new IOException("the disk is gone")));
        Persist(actor, "two");
        actor.Tell("never");

        ExpectMsg("failed two 2: the disk is gone");
        ExpectTerminated(actor);
        StartUnready();
        ExpectAll("replayed one", "recovered at 1");
    }

    [Fact]
    public void A_rejected_event_has_no_handler_and_the_actor_goes_on()
    {
        var actor = Start();
        Script.NextWrite(() => Task.FromResult<IImmutableList<Exception?>?>(ImmutableList.Create<Exception?>(new FormatException("unspeakable"))));
        Persist(actor, "one", "two");

        ExpectAll("rejected one 1: unspeakable", "persisted two");
        Stop(actor);
        StartUnready();
        ExpectAll("replayed two", "recovered at 2");
    }

    [Fact]
    public void Of_several_atomic_writes_each_is_rejected_for_itself()
    {
        var actor = Start();
        Script.NextWrite(() => Task.FromResult<IImmutableList<Exception?>?>(ImmutableList.Create<Exception?>(null, new FormatException("unspeakable"), null)));
        actor.Tell(new Do(self =>
        {
            foreach (var each in new[] { "one", "two", "three" })
                self.Persist(each, text => self.Report.Tell($"persisted {text}"));
        }));

        ExpectAll("persisted one", "rejected two 2: unspeakable", "persisted three");
    }

    [Fact]
    public void A_handler_that_throws_restarts_the_actor_which_then_has_the_event()
    {
        var actor = Start();
        actor.Tell(new Do(self => self.Persist("one", _ => throw new InvalidOperationException("handler"))));
        actor.Tell("next");

        ExpectAll("replayed one", "recovered at 1", "command next");
    }

    [Fact]
    public void A_command_that_throws_after_persist_restarts_the_actor_which_then_has_the_event()
    {
        var actor = Start();
        actor.Tell(new Do(self =>
        {
            self.Persist("one", text => self.Report.Tell($"persisted {text}"));
            throw new InvalidOperationException("command");
        }));
        actor.Tell("next");

        ExpectAll("replayed one", "recovered at 1", "command next");
    }

    [Fact]
    public void Sequence_numbers_go_on_after_recovery()
    {
        var first = Start();
        Persist(first, "one", "two");
        ExpectAll("persisted one", "persisted two");
        Stop(first);

        var second = Start();
        second.Tell(new Do(self => self.Persist("three", _ => self.Report.Tell(self.LastSequenceNr))));
        ExpectMsg(3L);
    }

    [Fact]
    public void A_stashed_command_comes_before_those_that_waited_for_a_write()
    {
        var actor = Start();
        actor.Tell(new Do(self =>
        {
            var stashed = false;
            self.Change(() => self.On<object>(message =>
            {
                switch (message)
                {
                    case "stash me" when !stashed:
                        stashed = true;
                        self.Stash.Stash();
                        break;
                    case "open":
                        self.Persist("opened", _ => self.Stash.UnstashAll());
                        break;
                    default:
                        self.Report.Tell($"got {message}");
                        break;
                }
            }));
        }));
        var gate = Gate();
        actor.Tell("stash me");
        actor.Tell("open");
        actor.Tell("after");
        gate.SetResult(null);

        ExpectAll("got stash me", "got after");
    }

    [Fact]
    public void An_asynchronous_command_may_persist_after_waiting_and_holds_up_the_next()
    {
        var actor = Start();
        var gate = new TaskCompletionSource();
        actor.Tell(new DoAsync(async self =>
        {
            await gate.Task;
            self.Persist("one", text => self.Report.Tell($"persisted {text}"));
        }));
        actor.Tell("next");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));

        gate.SetResult();
        ExpectAll("persisted one", "command next");
    }

    [Fact]
    public void A_death_noticed_while_a_write_is_under_way_is_told_afterwards()
    {
        var actor = Start();
        var victim = Sys.ActorOf(Props.Create(() => new ScriptedActor("victim", ActorRefs.Nobody, null, null)), "victim");
        actor.Tell(new Do(self => self.Here.Watch(victim)));
        var gate = Gate();
        Persist(actor, "one");
        Stop(victim);
        gate.SetResult(null);

        ExpectAll("persisted one", "ended victim");
    }

    [Fact]
    public void A_changed_behaviour_handles_what_follows()
    {
        var actor = Start();
        actor.Tell(new Do(self => self.Persist("one", _ => self.Change(() => self.On<string>(text => self.Report.Tell($"changed {text}"))))));
        actor.Tell("next");
        ExpectMsg("changed next");
    }
}
