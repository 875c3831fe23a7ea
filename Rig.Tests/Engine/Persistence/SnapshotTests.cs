namespace Rig.Tests.Engine.Persistence;

public class SnapshotTests : PersistenceTestKit
{
    [Fact]
    public void Recovery_is_the_latest_snapshot_and_the_events_after_it()
    {
        var actor = Start();
        Persist(actor, "one");
        Save(actor, "s1");
        ExpectAll("persisted one", "saved 1");
        Persist(actor, "two");
        Save(actor, "s2");
        ExpectAll("persisted two", "saved 2");
        Persist(actor, "three");
        ExpectMsg("persisted three");
        Stop(actor);

        StartUnready();
        ExpectAll("snapshot s2 of 2", "replayed three", "recovered at 3");
        StartUnready(recovery: new Recovery(new SnapshotSelectionCriteria(1)));
        ExpectAll("snapshot s1 of 1", "replayed two", "replayed three", "recovered at 3");
        StartUnready(recovery: new Recovery(SnapshotSelectionCriteria.None));
        ExpectAll("replayed one", "replayed two", "replayed three", "recovered at 3");
    }

    [Fact]
    public void Deleted_events_are_not_replayed_and_their_numbers_are_not_given_again()
    {
        var actor = Start();
        Persist(actor, "one", "two");
        ExpectAll("persisted one", "persisted two");
        actor.Tell(new Do(self => self.DeleteMessages(1)));
        ExpectMsg("deleted to 1");
        actor.Tell(new Do(self => self.DeleteMessages(7)));
        ExpectMsg("not deleted to 7");
        Stop(actor);

        var again = StartUnready();
        ExpectAll("replayed two", "recovered at 2");
        again.Tell(new Do(self => self.DeleteMessages(long.MaxValue)));
        ExpectMsg("deleted to 2");
        Stop(again);

        StartUnready();
        ExpectMsg("recovered at 2");
    }

    [Fact]
    public void Deleted_snapshots_are_not_offered()
    {
        var actor = Start();
        foreach (var each in new[] { "one", "two", "three" })
        {
            Persist(actor, each);
            Save(actor, "after " + each);
            ExpectUntil("saved");
        }

        actor.Tell(new Do(self => self.DeleteSnapshot(3)));
        ExpectMsg("deleted snapshot 3");
        actor.Tell(new Do(self => self.DeleteSnapshots(new SnapshotSelectionCriteria(1))));
        ExpectMsg("deleted snapshots");
        Stop(actor);

        StartUnready();
        ExpectAll("snapshot after two of 2", "replayed three", "recovered at 3");
        StartUnready(recovery: new Recovery(new SnapshotSelectionCriteria(1)));
        ExpectAll("replayed one", "replayed two", "replayed three", "recovered at 3");
    }

    [Fact]
    public void A_snapshot_saved_again_at_the_same_number_replaces_the_first()
    {
        var actor = Start();
        Persist(actor, "one");
        ExpectMsg("persisted one");
        Save(actor, "first");
        ExpectMsg("saved 1");
        Save(actor, "second");
        ExpectMsg("saved 1");

        StartUnready();
        ExpectMsg("snapshot second of 1");
    }

    private static void Save(IActorRef actor, string state) => actor.Tell(new Do(self => self.SaveSnapshot(state)));
}
