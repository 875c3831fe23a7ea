using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

// Death watch: who this actor watches, and who watches it.
internal sealed partial class ActorCell
{
    public IActorRef Watch(IActorRef subject) => StartWatch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => StartWatch(subject, message);

    public IActorRef Unwatch(IActorRef subject)
    {
        if (subject.Equals(_self) || _extras?.Watch is not { } watch)
            return subject;
        if (watch.Watching.Remove(subject))
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, _self));
        watch.TerminatedQueued.Remove(subject);
        return subject;
    }

    private IActorRef StartWatch(IActorRef subject, object? message)
    {
        if (subject.Equals(_self))
            return subject;
        var watching = (Extras.Watch ??= new WatchState()).Watching;
        if (watching.TryGetValue(subject, out var present))
        {
            if (!Equals(present, message))
            {
                throw new InvalidOperationException(
                    $"{_self} already watches {subject} with another termination message. Unwatch it first.");
            }

            return subject;
        }

        watching.Add(subject, message);
        var watchee = (IInternalActorRef)subject;
        watchee.SendSystemMessage(new Watch(watchee, _self));
        return subject;
    }

    private void AddWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(_self) && !watcher.Equals(_self))
            (Extras.Watch ??= new WatchState()).WatchedBy.Add(watcher);
    }

    private void RemoveWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(_self))
            _extras?.Watch?.WatchedBy.Remove(watcher);
    }

    private void WatchedActorTerminated(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    {
        if (_extras?.Watch is { } watch && watch.Watching.Remove(actor, out var message) && !IsTerminating)
        {
            watch.TerminatedQueued[actor] = message;
            // The generic message is queued even for WatchWith: the receiver looks up what to make of it.
            PostUnbounded(new Terminated(actor, existenceConfirmed, addressTerminated), actor);
        }

        if (RemoveChild(actor))
            HandleChildGone(actor);
    }

    /// <summary>Never dropped by a bounded mailbox: the engine's own messages are few.</summary>
    private void PostUnbounded(object message, IActorRef sender)
    {
        Bound?.Enter();
        Post(message, sender);
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        if (_extras?.Watch is not { } watch || !watch.TerminatedQueued.Remove(terminated.ActorRef, out var message))
            return;
        object received = message ?? terminated;
        _message = received;
        _actor!.InvokeReceive(Behavior, received);
    }

    /// <summary>As <see cref="Dispatch.Mailbox.Prepend"/>; a stashed <see cref="Terminated"/> counts again when it comes back.</summary>
    internal void PrependStashed(IEnumerable<Envelope> envelopes)
    {
        var stashed = envelopes.ToList();
        foreach (var envelope in stashed)
        {
            if (envelope.Message is Terminated terminated)
                (Extras.Watch ??= new WatchState()).TerminatedQueued[terminated.ActorRef] = null;
        }

        Prepend(stashed);
    }

    private void TellWatchersWeDied()
    {
        if (_extras?.Watch is not { } watch)
            return;
        // Remote watchers first: their answer takes the network.
        foreach (var watcher in watch.WatchedBy.OrderBy(watcher => watcher.IsLocal))
            watcher.SendSystemMessage(new DeathWatchNotification(_self, true, false));
        watch.WatchedBy.Clear();
    }

    private void UnwatchAll()
    {
        if (_extras?.Watch is not { } watch)
            return;
        foreach (var subject in watch.Watching.Keys)
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, _self));
        watch.Watching.Clear();
        watch.TerminatedQueued.Clear();
    }

    private sealed class WatchState
    {
        // Subject to the watcher's own message, or null for Terminated.
        public readonly Dictionary<IActorRef, object?> Watching = [];
        public readonly Dictionary<IActorRef, object?> TerminatedQueued = [];
        public readonly HashSet<IInternalActorRef> WatchedBy = [];
    }
}
