using System.Collections.Immutable;
using Rig.Tests.Support;

namespace Rig.Tests.Engine.Persistence;

/// <summary>One system with the scripted journal and the in-memory snapshot store.</summary>
public abstract class PersistenceTestKit(string config = "") : PatientTestKit(config + Journal)
{
    private const string Journal = """

        akka.persistence.journal.plugin = "test.journal"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        test.journal.class = "Rig.Tests.Engine.Persistence.ScriptedJournal, Rig.Tests"
        """;

    private int _names;

    protected JournalScript Script => Sys.WithExtension<JournalScript, JournalScriptId>();

    /// <summary>Starts an actor and waits until it has recovered.</summary>
    protected IActorRef Start(string id = "a", Recovery? recovery = null, Action<ScriptedActor, object>? onRecover = null)
    {
        var actor = StartUnready(id, recovery, onRecover);
        ExpectUntil("recovered");
        return actor;
    }

    protected IActorRef StartUnready(string id = "a", Recovery? recovery = null, Action<ScriptedActor, object>? onRecover = null) =>
        Sys.ActorOf(Props.Create(() => new ScriptedActor(id, TestActor, recovery, onRecover)), $"{id}-{++_names}");

    protected void Stop(IActorRef actor)
    {
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
    }

    protected static void Persist(IActorRef actor, params string[] events)
    {
        foreach (var each in events)
            actor.Tell(new Do(self => self.Persist(each, text => self.Report.Tell($"persisted {text}"))));
    }

    /// <summary>A history from before.</summary>
    protected void Write(params string[] events)
    {
        var actor = Start();
        Persist(actor, events);
        ExpectAll([.. events.Select(each => $"persisted {each}")]);
        Stop(actor);
    }

    /// <summary>The next write is done but not confirmed before the gate opens.</summary>
    protected TaskCompletionSource<IImmutableList<Exception?>?> Gate()
    {
        var gate = new TaskCompletionSource<IImmutableList<Exception?>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.NextWrite(() => gate.Task);
        return gate;
    }

    protected void ExpectUntil(string start) =>
        FishForMessage(message => message is string text && text.StartsWith(start, StringComparison.Ordinal));

    protected void ExpectAll(params string[] texts)
    {
        foreach (var text in texts)
            ExpectMsg(text);
    }
}
