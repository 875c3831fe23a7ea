using Rig.Engine.Actor;
using Rig.Engine.Remote;

namespace Rig.Engine.Cluster;

/// <summary>Remoting, with the cluster joined as soon as the system runs.</summary>
internal sealed class ClusterActorRefProvider(string systemName, ExtendedActorSystem system) : RemoteActorRefProvider(systemName, system)
{
    private readonly ExtendedActorSystem _system = system;

    public override void Start()
    {
        base.Start();
        Cluster.Get(_system);
    }
}
