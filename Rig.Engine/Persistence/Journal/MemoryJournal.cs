using System.Collections.Immutable;
using Rig.Engine.Actor;

namespace Rig.Engine.Persistence.Journal;

/// <summary>Keeps events for the life of the actor system; for tests.</summary>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly Dictionary<string, List<IPersistentRepresentation>> _events = [];
    private readonly Dictionary<string, long> _highest = [];

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) =>
        Task.FromResult(_highest.GetValueOrDefault(persistenceId));

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var each in _events.GetValueOrDefault(persistenceId, [])
            .Where(each => each.SequenceNr >= fromSequenceNr && each.SequenceNr <= toSequenceNr)
            .Take((int)Math.Min(max, int.MaxValue)))
        {
            recoveryCallback(each);
        }

        return Task.CompletedTask;
    }

    protected override Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var timestamp = Context.System.Scheduler.Now.UtcTicks;
        foreach (var each in messages.SelectMany(write => write.Events))
        {
            if (!_events.TryGetValue(each.PersistenceId, out var events))
                _events.Add(each.PersistenceId, events = []);
            events.Add((each.Payload is Tagged tagged ? each.WithPayload(tagged.Payload) : each).WithTimestamp(timestamp));
            _highest[each.PersistenceId] = each.SequenceNr;
        }

        return Task.FromResult<IImmutableList<Exception?>?>(null);
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        _events.GetValueOrDefault(persistenceId)?.RemoveAll(each => each.SequenceNr <= toSequenceNr);
        return Task.CompletedTask;
    }
}
