namespace Rig.Ingest.Hosting;

/// <summary>Where the server's actors are, for the HTTP side; set before the server listens.</summary>
public sealed class IngestActors
{
    public IActorRef Pipeline { get; set; } = ActorRefs.Nobody;

    public IActorRef Pull { get; set; } = ActorRefs.Nobody;

    /// <summary>The system of the two above; null before the start and after the end.</summary>
    public ActorSystem? LocalSystem { get; set; }

    /// <summary>Null while this server is in no cluster.</summary>
    public ActorSystem? ClusterSystem { get; set; }

    /// <summary>Cameras and servers that are up in the cluster, this one included; 0 outside of one.</summary>
    public int ClusterMembers => ClusterSystem is { } system ? Cluster.Get(system).State.Members.Count(member => member.Status == MemberStatus.Up) : 0;
}
