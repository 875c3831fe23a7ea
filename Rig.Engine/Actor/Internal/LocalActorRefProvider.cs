using Rig.Engine.Configuration;

namespace Rig.Engine.Actor;

/// <summary>The hierarchy of one process: / with user, system, temp and deadLetters.</summary>
internal sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly ActorSystemImpl _system;
    private readonly TempContainerRef _temp;
    private long _tempNumber;
    private RootSupervisor? _supervisor;
    private LocalActorRef? _root;
    private LocalActorRef? _user;
    private LocalActorRef? _systemGuardian;

    public LocalActorRefProvider(string systemName, ExtendedActorSystem system)
    {
        _system = (ActorSystemImpl)system;
        DefaultAddress = new Address("akka", systemName);
        RootPath = new RootActorPath(DefaultAddress);
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", _system.EventStream);
        _temp = new TempContainerRef(this, RootPath / "temp");
    }

    public ActorSystemImpl System => _system;

    public ActorPath RootPath { get; }

    public Address DefaultAddress { get; }

    public IInternalActorRef RootGuardian => _root!;

    public LocalActorRef Guardian => _user!;

    public LocalActorRef SystemGuardian => _systemGuardian!;

    public IInternalActorRef DeadLetters { get; }

    public IInternalActorRef TempContainer => _temp;

    public Task RootGone => _supervisor!.RootGone;

    public void Init(ActorSystemImpl system)
    {
        _supervisor = new RootSupervisor(this, RootPath / "bubble-walker", system.OnGuardianFailure);
        var props = Props.Create(typeof(GuardianActor), () => new GuardianActor());
        // What escalates to the top ends the system: nobody is left to decide.
        var rootProps = props.WithSupervisorStrategy(new OneForOneStrategy(cause =>
        {
            system.OnGuardianFailure(cause);
            return Directive.Stop;
        }));
        _root = new LocalActorRef(system, rootProps, system.Dispatchers.Internal, _supervisor, RootPath);
        _root.Start();
        var userProps = props.WithSupervisorStrategy(GuardianStrategy(system.Settings.Config));
        _user = (LocalActorRef)_root.Cell.AttachChild(userProps, "user");
        _systemGuardian = (LocalActorRef)_root.Cell.AttachChild(props, "system");
    }

    public void Start()
    {
    }

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path)
    {
        if (props.RouterConfig is { } router)
            props = router.RouterProps(props.WithoutRouter(), system);
        var actor = new LocalActorRef(system, props, system.Dispatchers.For(props), supervisor, path);
        actor.Cell.LimitTo(system.Dispatchers.BoundFor(props));
        return actor;
    }

    public IInternalActorRef ResolveActorRef(string path) =>
        ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed) : DeadLetters;

    public IInternalActorRef ResolveActorRef(ActorPath path)
    {
        if (path.Address != DefaultAddress)
            return DeadLetters;
        var elements = path.Elements;
        if (elements.Count == 0)
            return RootGuardian;
        return elements[0] switch
        {
            "deadLetters" => DeadLetters,
            "temp" => Found(_temp.GetChild([.. elements.Skip(1)]), path),
            _ => Found(_root!.GetChild(elements), path),
        };
    }

    public IInternalActorRef RootGuardianAt(Address address) => address == DefaultAddress ? RootGuardian : DeadLetters;

    public Address? GetExternalAddressFor(Address address) => address == DefaultAddress ? address : null;

    public ActorPath TempPath() =>
        new ChildActorPath(_temp.Path, TemporaryNames.For(Interlocked.Increment(ref _tempNumber) - 1), ActorPath.UndefinedUid);

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _temp.Add(path.Name, actorRef);

    public void UnregisterTempActor(ActorPath path) => _temp.Remove(path.Name);

    public Task ShutdownAsync() => Task.CompletedTask;

    private static SupervisorStrategy GuardianStrategy(Config config)
    {
        var name = config.GetString("akka.actor.guardian-supervisor-strategy", "Akka.Actor.DefaultSupervisorStrategy");
        return name.Split('.', ',')[^1] switch
        {
            _ when name.Contains("StoppingSupervisorStrategy", StringComparison.Ordinal) => SupervisorStrategy.StoppingStrategy,
            _ when name.Contains("DefaultSupervisorStrategy", StringComparison.Ordinal) => SupervisorStrategy.DefaultStrategy,
            _ => throw new ConfigurationException(
                $"akka.actor.guardian-supervisor-strategy is '{name}'. Write Akka.Actor.DefaultSupervisorStrategy or Akka.Actor.StoppingSupervisorStrategy."),
        };
    }

    private EmptyLocalActorRef Missing(ActorPath path) => new(this, path, _system.EventStream);

    private IInternalActorRef Found(IActorRef found, ActorPath path)
    {
        if (found is Nobody || (path.Uid != ActorPath.UndefinedUid && found.Path.Uid != path.Uid))
            return Missing(path);
        return (IInternalActorRef)found;
    }
}
