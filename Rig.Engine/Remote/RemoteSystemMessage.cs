using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Remote.Wire;

namespace Rig.Engine.Remote;

/// <summary>Which system message it is. Numbers are on the wire: only ever add.</summary>
internal enum RemoteSystemKind
{
    Watch = 1,
    Unwatch = 2,
    Died = 3,
    Stop = 4,
}

/// <summary>A system message between nodes: all references as paths, so that it can be kept and repeated.</summary>
/// <param name="Recipient">Whom it is for: the watched actor, the watcher of a dead one, or the actor to stop.</param>
/// <param name="Other">The watcher, or the dead actor; empty for Stop.</param>
internal sealed record RemoteSystemMessage(RemoteSystemKind Kind, string Recipient, string Other, bool ExistenceConfirmed, bool AddressTerminated)
{
    /// <summary>Null for the kinds that never leave the process.</summary>
    public static RemoteSystemMessage? From(SystemMessage message, string recipient, Address local) => message switch
    {
        Watch watch => new(RemoteSystemKind.Watch, recipient, PathOf(watch.Watcher, local), false, false),
        Unwatch unwatch => new(RemoteSystemKind.Unwatch, recipient, PathOf(unwatch.Watcher, local), false, false),
        DeathWatchNotification died => new(RemoteSystemKind.Died, recipient, PathOf(died.Actor, local), died.ExistenceConfirmed, died.AddressTerminated),
        Terminate => new(RemoteSystemKind.Stop, recipient, "", false, false),
        _ => null,
    };

    public byte[] Encode(long sequence) => new WireWriter()
        .Int64(sequence).Int32((int)Kind).String(Recipient).String(Other).Bool(ExistenceConfirmed).Bool(AddressTerminated).ToArray();

    public static (long Sequence, RemoteSystemMessage Message) Decode(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var sequence = reader.Int64();
        var kind = (RemoteSystemKind)reader.Int32();
        if (!Enum.IsDefined(kind))
            throw new WireFormatException($"System message kind {(int)kind} is not known.");
        var message = new RemoteSystemMessage(kind, reader.String(), reader.String(), reader.Bool(), reader.Bool());
        reader.End();
        return (sequence, message);
    }

    private static string PathOf(IActorRef actor, Address local) => actor.Path.ToSerializationFormatWithAddress(local);
}
