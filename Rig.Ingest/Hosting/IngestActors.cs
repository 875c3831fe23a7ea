namespace Rig.Ingest.Hosting;

/// <summary>Where the server's actors are, for the HTTP side; set before the server listens.</summary>
public sealed class IngestActors
{
    public IActorRef Pipeline { get; set; } = ActorRefs.Nobody;

    public IActorRef Pull { get; set; } = ActorRefs.Nobody;
}
