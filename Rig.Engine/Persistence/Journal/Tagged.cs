using System.Collections.Immutable;

namespace Rig.Engine.Persistence.Journal;

/// <summary>What an event adapter wraps an event in so that the journal can find it by its tags; the actor never sees it.</summary>
public readonly struct Tagged(object payload, IImmutableSet<string> tags)
{
    public Tagged(object payload, IEnumerable<string> tags)
        : this(payload, tags.ToImmutableHashSet())
    {
    }

    public object Payload { get; } = payload;

    public IImmutableSet<string> Tags { get; } = tags;
}
