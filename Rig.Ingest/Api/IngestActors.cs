using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Ingest.Pull;

namespace Rig.Ingest.Api;

/// <summary>Where the server's actors are, for the HTTP side; they are there before the server listens.</summary>
public sealed class IngestActors(IRequiredActor<PipelineActor> pipeline, IRequiredActor<PullActor> pull, ClusterSystem cluster)
{
    public IActorRef Pipeline => pipeline.ActorRef;

    public IActorRef Pull => pull.ActorRef;

    /// <summary>Cameras and servers that are up in the cluster, this one included; 0 outside of one.</summary>
    public int ClusterMembers => cluster.Current is { } system ? Cluster.Get(system).State.Members.Count(member => member.Status == MemberStatus.Up) : 0;
}
