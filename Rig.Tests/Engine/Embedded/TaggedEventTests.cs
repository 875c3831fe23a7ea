using Rig.Tests.Engine.Persistence;

namespace Rig.Tests.Engine.Embedded;

public class TaggedEventTests() : PersistenceTestKit("""
    test.journal {
      event-adapters.tagging = "Rig.Tests.Engine.Embedded.TaggingAdapter, Rig.Tests"
      event-adapter-bindings { "System.String" = tagging }
    }
    """)
{
    [Fact]
    public void The_in_memory_journal_replays_a_tagged_event_as_itself()
    {
        Write("one");

        StartUnready();
        ExpectAll("replayed one", "recovered at 1");
    }
}

public sealed class TaggingAdapter : IWriteEventAdapter
{
    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => new Tagged(evt, ["text"]);
}
