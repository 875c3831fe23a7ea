using Rig.Tests.Support;

namespace Rig.Tests.Engine.Persistence;

public class PluginTests() : PatientTestKit("""
    akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
    akka.persistence.snapshot-store.plugin = ""
    """)
{
    [Fact]
    public void Without_a_snapshot_store_recovery_works_and_saving_says_what_to_configure()
    {
        var actor = Sys.ActorOf(Props.Create(() => new ScriptedActor("a", TestActor, null, null)));
        ExpectMsg("recovered at 0");
        actor.Tell(new Do(self => self.SaveSnapshot("state")));
        Assert.StartsWith("not saved: No snapshot store configured", ExpectMsg<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_is_not_configured_is_named_when_the_actor_starts() =>
        EventFilter.Exception<ActorInitializationException>(contains: "akka.persistence.journal.nowhere")
            .ExpectOne(() => Sys.ActorOf(Props.Create(() => new Astray())));

    [Fact]
    public void An_actor_may_use_a_journal_and_a_snapshot_store_of_its_own()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Settled(TestActor)));
        actor.Tell("save");
        ExpectMsg("saved 1");
    }

    private sealed class Settled : UntypedPersistentActor
    {
        private readonly IActorRef _report;

        public Settled(IActorRef report)
        {
            _report = report;
            (JournalPluginId, SnapshotPluginId) = ("akka.persistence.journal.inmem", "akka.persistence.snapshot-store.inmem");
        }

        public override string PersistenceId => "settled";

        protected override void OnCommand(object message)
        {
            if (message is SaveSnapshotSuccess saved)
                _report.Tell($"saved {saved.Metadata.SequenceNr}");
            else
                Persist(message, _ => SaveSnapshot("state"));
        }

        protected override void OnRecover(object message)
        {
        }
    }

    private sealed class Astray : UntypedPersistentActor
    {
        public Astray() => JournalPluginId = "akka.persistence.journal.nowhere";

        public override string PersistenceId => "astray";

        protected override void OnCommand(object message)
        {
        }

        protected override void OnRecover(object message)
        {
        }
    }
}
