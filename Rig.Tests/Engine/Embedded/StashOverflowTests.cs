using Rig.Tests.Engine.Persistence;

namespace Rig.Tests.Engine.Embedded;

public class StashOverflowTests() : PersistenceTestKit("""
    akka.persistence.internal-stash-overflow-strategy = "Akka.Persistence.DiscardConfigurator, Akka.Persistence"
    """)
{
    [Fact]
    public void Commands_beyond_the_stash_capacity_become_dead_letters_while_a_write_is_under_way()
    {
        var actor = Sys.ActorOf(Props.Create(() => new ScriptedActor("a", TestActor, null, null)).WithStashCapacity(1));
        ExpectUntil("recovered");
        var gate = Gate();
        Persist(actor, "one");
        EventFilter.DeadLetter<string>(text => text == "discarded").ExpectOne(() =>
        {
            actor.Tell("kept");
            actor.Tell("discarded");
        });
        gate.SetResult(null);

        ExpectAll("persisted one", "command kept");
    }
}

public class StashOverflowFailureTests : PersistenceTestKit
{
    [Fact]
    public void By_default_they_fail_the_actor_which_keeps_what_it_had_put_aside()
    {
        var actor = Sys.ActorOf(Props.Create(() => new ScriptedActor("a", TestActor, null, null)).WithStashCapacity(1));
        ExpectUntil("recovered");
        var gate = Gate();
        Persist(actor, "one");
        EventFilter.Exception<StashOverflowException>().ExpectOne(() =>
        {
            actor.Tell("kept");
            actor.Tell("too many");
        });
        gate.SetResult(null);

        ExpectAll("replayed one", "recovered at 1", "command kept");
    }
}
