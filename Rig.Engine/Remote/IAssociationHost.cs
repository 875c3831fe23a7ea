using Rig.Engine.Actor;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Remote;

/// <summary>What an association and an inbound connection need of the node they belong to. Called from their own tasks.</summary>
internal interface IAssociationHost
{
    Address LocalAddress { get; }

    int Uid { get; }

    ITransport Transport { get; }

    TimeProvider Time { get; }

    Engine.Serialization.Serialization Serialization { get; }

    bool IsQuarantined(Address remote, int uid);

    /// <summary>A connection was made, in either direction, with that incarnation.</summary>
    void PeerMet(Address remote, int uid);

    void ConnectionLost(Address remote, Exception cause);

    /// <summary>The peer has given up this incarnation of ours.</summary>
    void QuarantinedBy(Address remote);

    /// <summary>The peer lives on as an incarnation that this node has given up.</summary>
    void GivenUpAnswers(Address remote);

    void Dropped(in Outbound item);

    void CannotSend(in Outbound item, Exception cause);
}
