using System.Collections.Immutable;
using Rig.Engine.Actor;

namespace Rig.Engine.Persistence.Journal;

/// <summary>
/// Base of journals. One actor serves all persistent actors; its methods are called within its turn, and what they return may
/// complete at any time. Of one persistence id only one write is ever under way.
/// </summary>
public abstract class AsyncWriteJournal : WriteJournalBase
{
    private readonly TimeSpan _callTimeout;

    protected AsyncWriteJournal() =>
        _callTimeout = Persistence.Instance.Apply(Context.System).ConfigFor(Self).GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(10));

    /// <summary>Hands the events from one number to another, both inclusive, to the callback in order, at most <paramref name="max"/>.</summary>
    public abstract Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest number ever given, deleted events included; 0 for none.</summary>
    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

    /// <returns>
    /// Null when all are durable; else for each atomic write null, or why it is rejected and nothing of it was written. An exception
    /// says that it is not known what was written.
    /// </returns>
    protected abstract Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    /// <summary>Messages of the plugin's own.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    protected sealed override bool Receive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                _ = WriteAsync(write, Self);
                return true;
            case ReplayMessages replay:
                _ = ReplayAsync(replay, Self, Context);
                return true;
            case DeleteMessagesTo delete:
                _ = DeleteAsync(delete, Self);
                return true;
            default:
                return ReceivePluginInternal(message);
        }
    }

    private async Task WriteAsync(WriteMessages write, IActorRef self)
    {
        var atomicWrites = write.Messages.OfType<AtomicWrite>().ToList();
        IImmutableList<Exception?>? results = null;
        try
        {
            IEnumerable<AtomicWrite>? prepared = null;
            try
            {
                prepared = PreparePersistentBatch(write.Messages);
            }
            catch (Exception cause)
            {
                // An adapter failed; nothing was written.
                results = Enumerable.Repeat<Exception?>(cause, atomicWrites.Count).ToImmutableList();
            }

            if (prepared is not null && atomicWrites.Count > 0)
                results = await InTime(WriteMessagesAsync(prepared), "write");
            if (results is not null && results.Count != atomicWrites.Count)
                throw new InvalidOperationException($"The journal answered {results.Count} results for {atomicWrites.Count} atomic writes.");
        }
        catch (Exception cause)
        {
            write.PersistentActor.Tell(new WriteMessagesFailed(cause, atomicWrites.Count), self);
            Answer(write, self, (persistent, _) => new WriteMessageFailure(persistent, cause, write.ActorInstanceId));
            return;
        }

        write.PersistentActor.Tell(WriteMessagesSuccessful.Instance, self);
        Answer(write, self, (persistent, index) => results?[index] is { } rejection
            ? new WriteMessageRejected(persistent, rejection, write.ActorInstanceId)
            : new WriteMessageSuccess(persistent, write.ActorInstanceId));
    }

    /// <summary>One answer an event, in order, each with the sender of its command.</summary>
    private static void Answer(WriteMessages write, IActorRef self, Func<IPersistentRepresentation, int, object> answer)
    {
        var index = 0;
        foreach (var message in write.Messages)
        {
            if (message is not AtomicWrite atomic)
            {
                write.PersistentActor.Tell(new LoopMessageSuccess(message.Payload, write.ActorInstanceId), message.Sender ?? self);
                continue;
            }

            foreach (var persistent in atomic.Events)
                write.PersistentActor.Tell(answer(persistent, index), persistent.Sender ?? self);
            index++;
        }
    }

    private async Task ReplayAsync(ReplayMessages replay, IActorRef self, IActorContext context)
    {
        try
        {
            var highest = await InTime(ReadHighestSequenceNrAsync(replay.PersistenceId, Math.Max(0, replay.FromSequenceNr - 1)), "look for the highest sequence number");
            var to = Math.Min(replay.ToSequenceNr, highest);
            if (to > 0 && replay.FromSequenceNr <= to)
            {
                await ReplayMessagesAsync(context, replay.PersistenceId, replay.FromSequenceNr, to, replay.Max, persistent =>
                {
                    if (persistent.IsDeleted)
                        return;
                    foreach (var adapted in AdaptFromJournal(persistent))
                        replay.PersistentActor.Tell(new ReplayedMessage(adapted, replay.ActorInstanceId), ActorRefs.NoSender);
                });
            }

            replay.PersistentActor.Tell(new RecoverySuccess(highest, replay.ActorInstanceId), self);
        }
        catch (Exception cause)
        {
            replay.PersistentActor.Tell(new ReplayMessagesFailure(cause, replay.ActorInstanceId), self);
        }
    }

    private async Task DeleteAsync(DeleteMessagesTo delete, IActorRef self)
    {
        object answer;
        try
        {
            await PluginCall.InTimeAsync(DeleteMessagesToAsync(delete.PersistenceId, delete.ToSequenceNr), _callTimeout, "deletion");
            answer = new DeleteMessagesSuccess(delete.ToSequenceNr);
        }
        catch (Exception cause)
        {
            answer = new DeleteMessagesFailure(cause, delete.ToSequenceNr);
        }

        delete.PersistentActor.Tell(answer, self);
    }

    private Task<T> InTime<T>(Task<T> call, string what) => PluginCall.InTimeAsync(call, _callTimeout, what);
}
