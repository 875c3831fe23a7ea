using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Persistence;

/// <summary>Told to the actor after <c>DeleteMessages</c>.</summary>
public sealed class DeleteMessagesSuccess(long toSequenceNr)
{
    public long ToSequenceNr { get; } = toSequenceNr;
}

/// <inheritdoc cref="DeleteMessagesSuccess"/>
public sealed class DeleteMessagesFailure(Exception cause, long toSequenceNr) : INoSerializationVerificationNeeded
{
    public Exception Cause { get; } = cause;

    public long ToSequenceNr { get; } = toSequenceNr;
}

internal sealed record WriteMessages(IReadOnlyList<IPersistentEnvelope> Messages, IActorRef PersistentActor, int ActorInstanceId);

internal sealed record WriteMessagesSuccessful
{
    public static readonly WriteMessagesSuccessful Instance = new();
}

/// <param name="WriteCount">How many <see cref="WriteMessageFailure"/> follow.</param>
internal sealed record WriteMessagesFailed(Exception Cause, int WriteCount);

internal sealed record WriteMessageSuccess(IPersistentRepresentation Persistent, int ActorInstanceId);

/// <summary>The journal is well, but will not take this event.</summary>
internal sealed record WriteMessageRejected(IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId);

/// <summary>Whether the event was written is not known.</summary>
internal sealed record WriteMessageFailure(IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId);

internal sealed record LoopMessageSuccess(object Message, int ActorInstanceId);

internal sealed record DeleteMessagesTo(string PersistenceId, long ToSequenceNr, IActorRef PersistentActor);

internal sealed record ReplayMessages(long FromSequenceNr, long ToSequenceNr, long Max, string PersistenceId, IActorRef PersistentActor, int ActorInstanceId);

/// <summary>Part of one recovery; what comes late for an earlier incarnation is dropped.</summary>
internal interface IRecoveryMessage : IDeadLetterSuppression
{
    int ActorInstanceId { get; }
}

internal sealed record ReplayedMessage(IPersistentRepresentation Persistent, int ActorInstanceId) : IRecoveryMessage;

internal sealed record RecoverySuccess(long HighestSequenceNr, int ActorInstanceId) : IRecoveryMessage;

internal sealed record ReplayMessagesFailure(Exception Cause, int ActorInstanceId) : IRecoveryMessage;

/// <summary>Looks whether recovery still moves.</summary>
internal sealed record RecoveryTick(bool Snapshot, int ActorInstanceId) : IRecoveryMessage;
