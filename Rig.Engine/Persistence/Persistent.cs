using System.Collections.Immutable;
using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

/// <summary>An event on its way to a journal or back, with what the journal must know of it.</summary>
public interface IPersistentRepresentation
{
    object Payload { get; }

    /// <summary>The event adapter's name for the payload; empty without an adapter.</summary>
    string Manifest { get; }

    string PersistenceId { get; }

    /// <summary>1 for the first event of its persistence id.</summary>
    long SequenceNr { get; }

    /// <summary>Names the incarnation of the actor that wrote it.</summary>
    string WriterGuid { get; }

    bool IsDeleted { get; }

    /// <summary>Who sent the command that led to it.</summary>
    IActorRef Sender { get; }

    /// <summary>When the journal took it, in the journal's own unit; 0 before.</summary>
    long Timestamp { get; }

    IPersistentRepresentation WithPayload(object payload);

    IPersistentRepresentation WithManifest(string manifest);

    IPersistentRepresentation WithTimestamp(long timestamp);
}

/// <inheritdoc cref="IPersistentRepresentation"/>
public class Persistent(
    object payload,
    long sequenceNr = 0,
    string? persistenceId = null,
    string? manifest = null,
    bool isDeleted = false,
    IActorRef? sender = null,
    string? writerGuid = null,
    long timestamp = 0) : IPersistentRepresentation
{
    public object Payload { get; } = payload;

    public string Manifest { get; } = manifest ?? string.Empty;

    public string PersistenceId { get; } = persistenceId ?? string.Empty;

    public long SequenceNr { get; } = sequenceNr;

    public string WriterGuid { get; } = writerGuid ?? string.Empty;

    public bool IsDeleted { get; } = isDeleted;

    public IActorRef Sender { get; } = sender!;

    public long Timestamp { get; } = timestamp;

    public IPersistentRepresentation WithPayload(object payload) => Copy(payload, Manifest, Timestamp);

    public IPersistentRepresentation WithManifest(string manifest) => Copy(Payload, manifest, Timestamp);

    IPersistentRepresentation IPersistentRepresentation.WithTimestamp(long timestamp) => Copy(Payload, Manifest, timestamp);

    private Persistent Copy(object payload, string manifest, long timestamp) =>
        new(payload, SequenceNr, PersistenceId, manifest, IsDeleted, Sender, WriterGuid, timestamp);
}

/// <summary>What an actor hands to its journal: events, or a message that only waits for the events before it.</summary>
public interface IPersistentEnvelope
{
    object Payload { get; }

    IActorRef Sender { get; }

    int Size { get; }
}

/// <summary>Events of one persistence id that are written together or not at all.</summary>
public sealed class AtomicWrite : IPersistentEnvelope
{
    private readonly IImmutableList<IPersistentRepresentation> _events;

    public AtomicWrite(IPersistentRepresentation @event)
        : this(ImmutableList.Create(@event))
    {
    }

    /// <exception cref="ArgumentException">There is no event, or they are of different persistence ids.</exception>
    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        if (payload.Count == 0 || payload.Any(each => each.PersistenceId != payload[0].PersistenceId))
            throw new ArgumentException("An atomic write needs events, all of one persistence id.", nameof(payload));
        _events = payload;
    }

    /// <summary>The events, as a list of <see cref="IPersistentRepresentation"/>.</summary>
    public object Payload => _events;

    public IActorRef Sender => ActorRefs.NoSender!;

    public int Size => _events.Count;

    public string PersistenceId => _events[0].PersistenceId;

    public long LowestSequenceNr => _events[0].SequenceNr;

    public long HighestSequenceNr => _events[^1].SequenceNr;

    internal IImmutableList<IPersistentRepresentation> Events => _events;
}

/// <summary>Of DeferAsync: not written, but handled after what was to be written before it.</summary>
internal sealed class NonPersistentMessage(object payload, IActorRef sender) : IPersistentEnvelope
{
    public object Payload => payload;

    public IActorRef Sender => sender;

    public int Size => 1;
}
