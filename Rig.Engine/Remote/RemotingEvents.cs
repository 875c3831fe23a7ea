using Rig.Engine.Actor;

namespace Rig.Engine.Remote;

/// <summary>This node has given up an incarnation of another.</summary>
internal sealed record QuarantinedEvent(Address Address, int Uid);

/// <summary>Another node has given up this incarnation of this node.</summary>
internal sealed record ThisActorSystemQuarantinedEvent(Address LocalAddress, Address RemoteAddress);

/// <summary>An incarnation that this node has given up still answers.</summary>
internal sealed record GivenUpButAlive(Address RemoteAddress);

/// <summary>A node said that it shuts down.</summary>
internal sealed record PeerShutDown(Address Address, int Uid);

/// <summary>A connection could not be made or broke.</summary>
/// <param name="Refused">The machine answered that nobody listens there, which is certain, as silence is not.</param>
internal sealed record AssociationFailed(Address Address, bool Refused);
