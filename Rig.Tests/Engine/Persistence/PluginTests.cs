namespace Rig.Tests.Engine.Persistence;

public class PluginTests() : TestKit("""
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
