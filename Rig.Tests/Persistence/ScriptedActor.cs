namespace Rig.Tests.Persistence;

/// <summary>Runs on the persistent actor, as its command.</summary>
public sealed record Do(Action<ScriptedActor> Action);

/// <summary>As <see cref="Do"/>, asynchronously.</summary>
public sealed record DoAsync(Func<ScriptedActor, Task> Action);

/// <summary>A persistent actor that reports what recovery brings and does what commands carry. Its events are texts.</summary>
public sealed class ScriptedActor : ReceivePersistentActor, IWithTimers
{
    private readonly Recovery _recovery;

    public ScriptedActor(string id, IActorRef report, Recovery? recovery = null, Action<ScriptedActor, object>? onRecover = null)
    {
        PersistenceId = id;
        Report = report;
        _recovery = recovery ?? Recovery.Default;
        Recover<SnapshotOffer>(offer => Note($"snapshot {offer.Snapshot} of {offer.Metadata.SequenceNr}", offer, onRecover));
        Recover<string>(text => Note($"replayed {text}", text, onRecover));
        Recover<RecoveryCompleted>(done => Note($"recovered at {LastSequenceNr}", done, onRecover));
        Command<Do>(command => command.Action(this));
        CommandAsync<DoAsync>(command => command.Action(this));
        Command<string>(text => Report.Tell($"command {text}"));
        Command<SaveSnapshotSuccess>(saved => Report.Tell($"saved {saved.Metadata.SequenceNr}"));
        Command<SaveSnapshotFailure>(failed => Report.Tell($"not saved: {failed.Cause.Message}"));
        Command<DeleteMessagesSuccess>(deleted => Report.Tell($"deleted to {deleted.ToSequenceNr}"));
        Command<DeleteMessagesFailure>(failed => Report.Tell($"not deleted to {failed.ToSequenceNr}"));
        Command<DeleteSnapshotSuccess>(deleted => Report.Tell($"deleted snapshot {deleted.Metadata.SequenceNr}"));
        Command<DeleteSnapshotsSuccess>(_ => Report.Tell("deleted snapshots"));
        Command<Terminated>(ended => Report.Tell($"ended {ended.ActorRef.Path.Name}"));
    }

    public override string PersistenceId { get; }

    public override Recovery Recovery => _recovery;

    public ITimerScheduler Timers { get; set; } = null!;

    public IActorRef Report { get; }

    public IActorRef Asker => Sender;

    public IUntypedActorContext Here => Context;

    public void Change(Action configure) => Become(configure);

    public void On<T>(Action<T> handler) => Command(handler);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Report.Tell($"failed {@event} {sequenceNr}: {cause.Message}");

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Report.Tell($"rejected {@event} {sequenceNr}: {cause.Message}");

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Report.Tell($"lost at {message ?? "nothing"}: {reason.GetType().Name}");

    private void Note(string text, object message, Action<ScriptedActor, object>? onRecover)
    {
        Report.Tell(text);
        onRecover?.Invoke(this, message);
    }
}
