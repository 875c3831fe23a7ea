namespace Rig.Engine.Persistence.Journal;

/// <summary>Changes events on their way to the journal.</summary>
public interface IWriteEventAdapter
{
    /// <summary>Stored beside the event and given to <see cref="IReadEventAdapter.FromJournal"/>; empty if not needed.</summary>
    string Manifest(object evt);

    object ToJournal(object evt);
}

/// <summary>Turns stored events into those that the actor knows today: none, one or several for each.</summary>
public interface IReadEventAdapter
{
    IEventSequence FromJournal(object evt, string manifest);
}

public interface IEventAdapter : IWriteEventAdapter, IReadEventAdapter;

public interface IEventSequence
{
    IEnumerable<object> Events { get; }
}

public static class EventSequence
{
    public static IEventSequence Single(object e) => new Several([e]);

    public static IEventSequence Create(params object[] events) => new Several(events);

    private sealed class Several(object[] events) : IEventSequence
    {
        public IEnumerable<object> Events => events;
    }
}

internal sealed class IdentityEventAdapter : IEventAdapter
{
    public static readonly IdentityEventAdapter Instance = new();

    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => evt;

    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Single(evt);
}

/// <summary>Joins the adapters of one binding: at most one writes, all that read are asked.</summary>
internal sealed class CombinedEventAdapter(IWriteEventAdapter writer, IReadOnlyList<IReadEventAdapter> readers) : IEventAdapter
{
    public string Manifest(object evt) => writer.Manifest(evt);

    public object ToJournal(object evt) => writer.ToJournal(evt);

    public IEventSequence FromJournal(object evt, string manifest) => readers.Count == 0
        ? EventSequence.Single(evt)
        : EventSequence.Create([.. readers.SelectMany(reader => reader.FromJournal(evt, manifest).Events)]);
}
