using Rig.Domain.Identity;
using Rig.Domain.Messages;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Tests.Persistence;

/// <summary>Runs on the persistent actor, as its command.</summary>
public sealed record Do(Action<ScriptedActor> Action);

/// <summary>A persistent actor that reports what recovery brings and does what commands carry. Its events are the pipeline's, each with a text in it.</summary>
public sealed class ScriptedActor : ReceivePersistentActor
{
    private static readonly SessionId Session = SessionId.Parse("GAME_1");

    public ScriptedActor(string id, IActorRef report)
    {
        (PersistenceId, Report) = (id, report);
        Recover<SnapshotOffer>(offer => Report.Tell($"snapshot {TextOf(offer.Snapshot)} of {offer.Metadata.SequenceNr}"));
        Recover<IPipelineEvent>(@event => Report.Tell($"replayed {TextOf(@event)}"));
        Recover<RecoveryCompleted>(_ => Report.Tell($"recovered at {LastSequenceNr}"));
        Command<Do>(command => command.Action(this));
        Command<SaveSnapshotSuccess>(saved => Report.Tell($"saved {saved.Metadata.SequenceNr}"));
        Command<SaveSnapshotFailure>(failed => Report.Tell($"not saved: {failed.Cause.Message}"));
    }

    public override string PersistenceId { get; }

    public IActorRef Report { get; }

    public static object EventOf(string text) => new StageStopped(Session, 1, PipelineStage.Detected, text, DateTimeOffset.UnixEpoch);

    public static string TextOf(object @event) => @event is StageStopped stopped ? stopped.Error : $"{@event}";

    /// <summary>Persists and reports it.</summary>
    public void PersistTexts(params IReadOnlyCollection<string> texts) => PersistAll(texts.Select(EventOf), @event => Report.Tell($"persisted {TextOf(@event)}"));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Report.Tell($"failed {TextOf(@event)} {sequenceNr}: {cause.Message}");

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Report.Tell($"rejected {TextOf(@event)} {sequenceNr}: {cause.Message}");

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Report.Tell($"lost: {reason.Message}");
}
