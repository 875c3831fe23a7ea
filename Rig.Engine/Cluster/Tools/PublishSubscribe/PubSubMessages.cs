using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Tools.PublishSubscribe;

/// <summary>To the mediator: from now on the actor gets what is published under the topic, until it stops. Answered with <see cref="SubscribeAck"/>.</summary>
public sealed class Subscribe : IEquatable<Subscribe>
{
    /// <param name="topic">Any non-empty text.</param>
    /// <param name="ref">An actor of this node.</param>
    /// <param name="group">If set, of all subscribers in the group one gets each message that is published to one of each group.</param>
    public Subscribe(string topic, IActorRef @ref, string? group = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        Topic = topic;
        Ref = @ref;
        Group = group!;
    }

    public string Topic { get; }

    public string Group { get; }

    public IActorRef Ref { get; }

    public bool Equals(Subscribe? other) => other is not null && Topic == other.Topic && Group == other.Group && Equals(Ref, other.Ref);

    public override bool Equals(object? obj) => Equals(obj as Subscribe);

    public override int GetHashCode() => HashCode.Combine(Topic, Group, Ref);

    public override string ToString() => $"Subscribe<topic:{Topic}, group:{Group}, ref:{Ref}>";
}

/// <summary>To the mediator. Answered with <see cref="UnsubscribeAck"/>.</summary>
public sealed class Unsubscribe : IEquatable<Unsubscribe>
{
    public Unsubscribe(string topic, IActorRef @ref, string? group = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        Topic = topic;
        Ref = @ref;
        Group = group!;
    }

    public string Topic { get; }

    public string Group { get; }

    public IActorRef Ref { get; }

    public bool Equals(Unsubscribe? other) => other is not null && Topic == other.Topic && Group == other.Group && Equals(Ref, other.Ref);

    public override bool Equals(object? obj) => Equals(obj as Unsubscribe);

    public override int GetHashCode() => HashCode.Combine(Topic, Group, Ref);

    public override string ToString() => $"Unsubscribe<topic:{Topic}, group:{Group}, ref:{Ref}>";
}

/// <summary>The subscription is in force on this node, and on its way to the others.</summary>
public sealed class SubscribeAck : IEquatable<SubscribeAck>, IDeadLetterSuppression
{
    public SubscribeAck(Subscribe subscribe) => Subscribe = subscribe;

    public Subscribe Subscribe { get; }

    public bool Equals(SubscribeAck? other) => other is not null && Equals(Subscribe, other.Subscribe);

    public override bool Equals(object? obj) => Equals(obj as SubscribeAck);

    public override int GetHashCode() => Subscribe.GetHashCode();

    public override string ToString() => $"SubscribeAck<{Subscribe}>";
}

public sealed class UnsubscribeAck : IEquatable<UnsubscribeAck>
{
    public UnsubscribeAck(Unsubscribe unsubscribe) => Unsubscribe = unsubscribe;

    public Unsubscribe Unsubscribe { get; }

    public bool Equals(UnsubscribeAck? other) => other is not null && Equals(Unsubscribe, other.Unsubscribe);

    public override bool Equals(object? obj) => Equals(obj as UnsubscribeAck);

    public override int GetHashCode() => Unsubscribe.GetHashCode();

    public override string ToString() => $"UnsubscribeAck<{Unsubscribe}>";
}

/// <summary>To the mediator: the message goes to every subscriber of the topic on every node, at most once each, with the publisher as sender.</summary>
public sealed class Publish : IWrappedMessage, IEquatable<Publish>
{
    /// <param name="topic">As subscribed.</param>
    /// <param name="message">Needs a serializer for other nodes.</param>
    /// <param name="sendOneMessageToEachGroup">To one subscriber of each group, instead of to all without a group.</param>
    public Publish(string topic, object message, bool sendOneMessageToEachGroup = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        Topic = topic;
        Message = message;
        SendOneMessageToEachGroup = sendOneMessageToEachGroup;
    }

    public string Topic { get; }

    public object Message { get; }

    public bool SendOneMessageToEachGroup { get; }

    public bool Equals(Publish? other) =>
        other is not null && Topic == other.Topic && SendOneMessageToEachGroup == other.SendOneMessageToEachGroup && Equals(Message, other.Message);

    public override bool Equals(object? obj) => Equals(obj as Publish);

    public override int GetHashCode() => HashCode.Combine(Topic, Message, SendOneMessageToEachGroup);

    public override string ToString() => $"Publish<topic:{Topic}, message:{Message}>";
}

/// <summary>What mediators say to each other.</summary>
internal interface IPubSubWireMessage : IDeadLetterSuppression;

/// <summary>How much the sender knows of each node's topics.</summary>
/// <param name="WantsAnswer">False in an answer, so that two mediators do not compare for ever.</param>
internal sealed record TopicStatus(ImmutableDictionary<UniqueAddress, long> Versions, bool WantsAnswer) : IPubSubWireMessage;

internal sealed record TopicDeltas(IReadOnlyList<TopicDelta> Deltas) : IPubSubWireMessage;

/// <summary>A published message for the subscribers on the receiving node.</summary>
/// <param name="One">To one of them only.</param>
internal sealed record Deliver(string Topic, string? Group, object Message, bool One) : IPubSubWireMessage;
