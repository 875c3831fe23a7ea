using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Persistence.Journal;

namespace Rig.Tests.Pipeline;

/// <summary>What a test wants of its system's <see cref="FailingJournal"/>, and what that has done.</summary>
public sealed class JournalFaults : IExtension
{
    private Exception? next;

    /// <summary>By persistence id.</summary>
    public ConcurrentDictionary<string, long> Highest { get; } = new(StringComparer.Ordinal);

    /// <summary>The events themselves, in their order.</summary>
    public ConcurrentQueue<object> Written { get; } = new();

    public static JournalFaults Of(ActorSystem system) => system.WithExtension<JournalFaults, Id>();

    public void FailNextWrite(Exception cause) => Interlocked.Exchange(ref next, cause);

    public Exception? Take() => Interlocked.Exchange(ref next, null);

    private sealed class Id : ExtensionIdProvider<JournalFaults>
    {
        public override JournalFaults CreateExtension(ExtendedActorSystem system) => new();
    }
}

/// <summary>Akka.NET's journal in memory, with the unique key that the real one has, and failing where <see cref="JournalFaults"/> says so.</summary>
public sealed class FailingJournal : MemoryJournal
{
    private readonly JournalFaults faults = JournalFaults.Of(Context.System);

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var writes = messages.ToList();
        if (faults.Take() is { } cause)
        {
            return Task.FromException<IImmutableList<Exception>>(cause);
        }

        foreach (var write in writes)
        {
            if (faults.Highest.GetValueOrDefault(write.PersistenceId) >= write.LowestSequenceNr)
            {
                return Task.FromException<IImmutableList<Exception>>(new IOException("23505: duplicate key value"));
            }

            faults.Highest[write.PersistenceId] = write.HighestSequenceNr;
            foreach (var each in (IEnumerable<IPersistentRepresentation>)write.Payload)
            {
                faults.Written.Enqueue(each.Payload);
            }
        }

        return base.WriteMessagesAsync(writes, cancellationToken);
    }
}
