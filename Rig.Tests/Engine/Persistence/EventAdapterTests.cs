namespace Rig.Tests.Engine.Persistence;

public class EventAdapterTests() : PersistenceTestKit("""
    test.journal {
      event-adapters {
        counting = "Rig.Tests.Engine.Persistence.CountingAdapter, Rig.Tests"
        splitting = "Rig.Tests.Engine.Persistence.SplittingAdapter, Rig.Tests"
      }
      event-adapter-bindings {
        "System.Int32" = counting
        "System.String" = splitting
      }
    }
    """)
{
    [Fact]
    public void The_handler_and_a_later_recovery_see_the_actors_own_form_of_an_event()
    {
        var actor = Start();
        actor.Tell(new Do(self => self.Persist(7, number => self.Report.Tell($"persisted {number}"))));
        ExpectMsg("persisted 7");
        Stop(actor);

        // The journal holds the text that the counting adapter made, marked by its manifest.
        StartUnready();
        ExpectAll("replayed counted: 7", "recovered at 1");
    }

    [Fact]
    public void A_stored_event_may_be_read_as_several_or_none()
    {
        var actor = Start();
        Persist(actor, "a,b", "", "c");
        ExpectAll("persisted a,b", "persisted ", "persisted c");
        Stop(actor);

        StartUnready();
        ExpectAll("replayed a", "replayed b", "replayed c", "recovered at 3");
    }
}

public sealed class CountingAdapter : IWriteEventAdapter
{
    public string Manifest(object evt) => "counted";

    public object ToJournal(object evt) => $"{(int)evt}";
}

public sealed class SplittingAdapter : IReadEventAdapter
{
    public IEventSequence FromJournal(object evt, string manifest) => manifest.Length > 0
        ? EventSequence.Single($"{manifest}: {evt}")
        : EventSequence.Create([.. ((string)evt).Split(',', StringSplitOptions.RemoveEmptyEntries)]);
}
