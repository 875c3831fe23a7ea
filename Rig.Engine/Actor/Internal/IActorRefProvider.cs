namespace Rig.Engine.Actor;

/// <summary>
/// Makes and finds references: the seam by which remoting and clustering plug in. Which one a system gets is decided
/// by <c>akka.actor.provider</c> (local, remote, cluster or a type name); the type has a constructor
/// <c>(string systemName, ExtendedActorSystem system)</c>. A remote provider wraps a <see cref="LocalActorRefProvider"/>
/// and answers for foreign addresses itself.
/// </summary>
internal interface IActorRefProvider
{
    /// <summary>Root of the local hierarchy; its address has local scope (<c>akka://system</c>).</summary>
    ActorPath RootPath { get; }

    /// <summary>How others reach this system; equal to the root path's address when nobody can.</summary>
    Address DefaultAddress { get; }

    ActorSystemImpl System => Guardian.Cell.SystemImpl;

    IInternalActorRef RootGuardian { get; }

    LocalActorRef Guardian { get; }

    LocalActorRef SystemGuardian { get; }

    IInternalActorRef DeadLetters { get; }

    /// <summary>Parent of the short-lived references of <c>Ask</c>.</summary>
    IInternalActorRef TempContainer { get; }

    /// <summary>Called once, before any user actor exists and after the scheduler, event stream and dispatchers do.</summary>
    void Init(ActorSystemImpl system);

    /// <summary>Called once after the guardians run and the extensions may be made; a remote provider starts to listen here.</summary>
    void Start();

    /// <summary>Makes a child of <paramref name="supervisor"/>; not started yet. The caller has reserved the name.</summary>
    IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path);

    /// <summary>
    /// From a path as text (with address and uid). Never null and never throws for unknown actors: those become
    /// references whose messages end as dead letters. Text that is no path gives dead letters.
    /// </summary>
    IInternalActorRef ResolveActorRef(string path);

    IInternalActorRef ResolveActorRef(ActorPath path);

    /// <summary>The root of the hierarchy at that address; what an <see cref="ActorSelection"/> starts from.</summary>
    IInternalActorRef RootGuardianAt(Address address);

    /// <summary>The address by which the given peer can reach this system; null when it cannot.</summary>
    Address? GetExternalAddressFor(Address address);

    /// <summary>A new path under /temp.</summary>
    ActorPath TempPath();

    void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    void UnregisterTempActor(ActorPath path);

    /// <summary>
    /// Runs once the user guardian and the system guardian's children are gone and before the root stops; a remote
    /// provider flushes and closes its transports.
    /// </summary>
    Task ShutdownAsync();
}
