using Rig.Engine.Dispatch;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

/// <summary>The reference of an actor in this process.</summary>
internal sealed class LocalActorRef : InternalActorRefBase
{
    private readonly ActorPath _path;
    private readonly ActorCell _cell;

    public LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor, ActorPath path)
    {
        _path = path;
        _cell = new ActorCell(system, this, props, supervisor, dispatcher);
    }

    public ActorCell Cell => _cell;

    public override ActorPath Path => _path;

    public override IInternalActorRef Parent => (IInternalActorRef)_cell.Parent;

    public override IActorRefProvider Provider => _cell.SystemImpl.Provider;

    public override bool IsTerminated => _cell.IsClosed;

    public override bool IsLocal => true;

    /// <summary>Whether children may be made from outside its turn.</summary>
    public bool IsGuardian => _path.Depth <= 1;

    public bool IsStopRequested => _cell.StopRequested;

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is null)
            throw new InvalidMessageException();
        _cell.PostUser(message, sender);
    }

    public override void SendSystemMessage(SystemMessage message) => _cell.PostSystem(message);

    public override void Start() => _cell.PostSystem(new Create());

    public override void Stop()
    {
        _cell.StopRequested = true;
        base.Stop();
    }

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef current = this;
        for (var i = 0; i < name.Count; i++)
        {
            switch (name[i])
            {
                case "":
                    continue;
                case "..":
                    current = current.Parent;
                    continue;
            }

            if (current is not LocalActorRef local)
                return current.GetChild([.. name.Skip(i)]);
            current = local._cell.GetSingleChild(name[i]);
            if (current is Nobody)
                return current;
        }

        return current;
    }
}
