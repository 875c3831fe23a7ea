using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Remote;

/// <summary>An actor of another system. Tells are at most once and in order; system messages are reliable.</summary>
internal sealed class RemoteActorRef : InternalActorRefBase
{
    private readonly RemoteActorRefProvider _provider;
    private Association? _association;

    public RemoteActorRef(RemoteActorRefProvider provider, ActorPath path)
    {
        _provider = provider;
        Path = path;
        WirePath = path.ToSerializationFormat();
        IsTemporary = IsTemporaryPath(path);
        IsControl = path.Depth > 0 && path.ParentOf(1).Name == "system";
    }

    public override ActorPath Path { get; }

    public override IInternalActorRef Parent => Path.Depth == 0 ? this : new RemoteActorRef(_provider, Path.Parent);

    public override IActorRefProvider Provider => _provider;

    public override bool IsTerminated => false;

    public override bool IsLocal => false;

    /// <summary>The path as it is written to the wire.</summary>
    public string WirePath { get; }

    /// <summary>Stands for one Ask: not worth remembering.</summary>
    public bool IsTemporary { get; }

    /// <summary>Belongs to the engine (cluster, heartbeats): goes ahead of the users' messages.</summary>
    public bool IsControl { get; }

    /// <summary>The connection whose table of strings holds this path, and under which number; only that connection's writer touches these.</summary>
    internal MessageEncoder? EncodedBy { get; set; }

    internal int EncodedAs { get; set; }

    public static bool IsTemporaryPath(ActorPath path) => path.Depth > 0 && path.ParentOf(1).Name == "temp";

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        (_association ??= _provider.Remoting.AssociationFor(Path.Address)).Send(new Outbound(message, this, sender));
    }

    public override void SendSystemMessage(SystemMessage message) => _provider.Remoting.SendSystem(this, message);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        var path = Path;
        foreach (var element in name)
        {
            if (element == "..")
                path = path.Parent;
            else if (element.Length > 0)
                path /= element;
        }
        return new RemoteActorRef(_provider, path);
    }

    public override void Suspend()
    {
        // Supervision does not cross nodes: actors are deployed by the node they run on.
    }

    public override void Resume(Exception? causedByFailure = null)
    {
        // As Suspend.
    }

    public override void Restart(Exception cause)
    {
        // As Suspend.
    }
}
