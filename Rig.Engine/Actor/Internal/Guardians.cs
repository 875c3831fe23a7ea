using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

/// <summary>Parent of /user's and /system's actors, and of those two themselves.</summary>
internal sealed class GuardianActor : ActorBase
{
    protected override bool Receive(object message) => false;

    protected override void PreRestart(Exception reason, object? message)
    {
        // A guardian's children outlive its restart.
    }
}

/// <summary>Stands above the root: a failure that nobody handled stops the system, and the root's end is the system's.</summary>
internal sealed class RootSupervisor(IActorRefProvider provider, ActorPath path, Action<Exception> onFailure) : MinimalActorRef
{
    private readonly TaskCompletionSource _rootGone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task RootGone => _rootGone.Task;

    public override ActorPath Path => path;

    public override IActorRefProvider Provider => provider;

    public override void Tell(object message, IActorRef? sender)
    {
    }

    public override void SendSystemMessage(SystemMessage message)
    {
        switch (message)
        {
            case Failed failed:
                onFailure(failed.Cause);
                ((IInternalActorRef)failed.Child).Stop();
                break;
            case DeathWatchNotification:
                _rootGone.TrySetResult();
                break;
        }
    }
}

/// <summary>Holds references that are no actors, by name.</summary>
internal sealed class TempContainerRef(IActorRefProvider provider, ActorPath path) : MinimalActorRef
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, IInternalActorRef> _entries = new();

    public int Count => _entries.Count;

    public override ActorPath Path => path;

    public override IActorRefProvider Provider => provider;

    public override IInternalActorRef Parent => provider.RootGuardian;

    public void Add(string name, IInternalActorRef entry) => _entries[name] = entry;

    public void Remove(string name) => _entries.TryRemove(name, out _);

    public override void Tell(object message, IActorRef? sender) =>
        provider.DeadLetters.Tell(new DeadLetter(message, sender ?? provider.DeadLetters, this), sender);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        var names = name.Where(element => element.Length > 0).ToArray();
        return names switch
        {
            [] => this,
            [var only] when _entries.TryGetValue(ActorPath.SplitNameAndUid(only).Name, out var entry) => entry,
            _ => ActorRefs.Nobody,
        };
    }
}
