using System.Collections.Immutable;
using Rig.Engine.Actor;

namespace Rig.Engine.Persistence.Journal;

/// <summary>Runs events through the adapters that the journal's section configures.</summary>
public abstract class WriteJournalBase : ActorBase
{
    private readonly EventAdapters _adapters;

    protected WriteJournalBase() => _adapters = Persistence.Instance.Apply(Context.System).AdaptersFor(Self);

    protected IEnumerable<AtomicWrite> PreparePersistentBatch(IEnumerable<IPersistentEnvelope> resequenceables) =>
        resequenceables.OfType<AtomicWrite>().Select(write => new AtomicWrite(write.Events.Select(AdaptToJournal).ToImmutableList())).ToList();

    protected IEnumerable<IPersistentRepresentation> AdaptFromJournal(IPersistentRepresentation representation)
    {
        var adapter = _adapters.Get(representation.Payload.GetType());
        return ReferenceEquals(adapter, IdentityEventAdapter.Instance)
            ? [representation]
            : adapter.FromJournal(representation.Payload, representation.Manifest).Events.Select(representation.WithPayload);
    }

    protected IPersistentRepresentation AdaptToJournal(IPersistentRepresentation representation)
    {
        var adapter = _adapters.Get(representation.Payload.GetType());
        return ReferenceEquals(adapter, IdentityEventAdapter.Instance)
            ? representation
            : representation.WithPayload(adapter.ToJournal(representation.Payload)).WithManifest(adapter.Manifest(representation.Payload));
    }
}
