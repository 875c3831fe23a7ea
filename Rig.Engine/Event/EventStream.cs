using System.Collections.Concurrent;
using Rig.Engine.Actor;

namespace Rig.Engine.Event;

/// <summary>Base of the one event stream: what loggers are given.</summary>
public class LoggingBus
{
    private TimeProvider _time = TimeProvider.System;

    private protected LoggingBus()
    {
    }

    /// <summary>Events below it are not made.</summary>
    public LogLevel LogLevel { get; private set; } = LogLevel.InfoLevel;

    internal TimeProvider Time => _time;

    /// <summary>Takes effect at once.</summary>
    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    /// <summary>Gives the event to all subscribers of its type or of a type that it derives from.</summary>
    public virtual void Publish(object @event)
    {
    }

    internal void UseClock(TimeProvider time) => _time = time;
}

/// <summary>Publishes to actors by the type of the event. Subscribers end with their actor.</summary>
public class EventStream : LoggingBus
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Type, IActorRef[]> _receivers = new();
    private readonly bool _debug;
    private volatile (Type Channel, IActorRef Subscriber)[] _subscriptions = [];

    public EventStream(bool debug) => _debug = debug;

    /// <summary>False when it is subscribed already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_gate)
        {
            if (_subscriptions.Contains((channel, subscriber)))
                return false;
            _subscriptions = [.. _subscriptions, (channel, subscriber)];
            _receivers.Clear();
        }

        if (_debug)
            Publish(new Debug(nameof(EventStream), GetType(), $"subscribing {subscriber} to channel {channel}"));
        return true;
    }

    public bool Unsubscribe(IActorRef subscriber, Type channel) =>
        Remove(subscription => subscription.Channel == channel && subscription.Subscriber.Equals(subscriber));

    public bool Unsubscribe(IActorRef subscriber) => Remove(subscription => subscription.Subscriber.Equals(subscriber));

    public override void Publish(object @event)
    {
        var type = @event.GetType();
        if (!_receivers.TryGetValue(type, out var receivers))
            receivers = Look(type);
        var hasGone = false;
        foreach (var receiver in receivers)
        {
            if (receiver is IInternalActorRef { IsTerminated: true })
                hasGone = true;
            else
                receiver.Tell(@event, ActorRefs.NoSender);
        }

        if (hasGone)
            Remove(subscription => subscription.Subscriber is IInternalActorRef { IsTerminated: true });
    }

    private IActorRef[] Look(Type type)
    {
        lock (_gate)
        {
            var receivers = _subscriptions
                .Where(subscription => subscription.Channel.IsAssignableFrom(type))
                .Select(subscription => subscription.Subscriber)
                .Distinct()
                .ToArray();
            _receivers[type] = receivers;
            return receivers;
        }
    }

    private bool Remove(Func<(Type Channel, IActorRef Subscriber), bool> which)
    {
        lock (_gate)
        {
            var left = _subscriptions.Where(subscription => !which(subscription)).ToArray();
            if (left.Length == _subscriptions.Length)
                return false;
            _subscriptions = left;
            _receivers.Clear();
            return true;
        }
    }
}

public static class EventStreamExtensions
{
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Subscribe(subscriber, typeof(TChannel));

    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Unsubscribe(subscriber, typeof(TChannel));
}
