using System.Diagnostics.CodeAnalysis;
using Rig.Engine.Actor;
using Rig.Engine.Dispatch;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Remote;

/// <summary>A local hierarchy that others can reach, and references to theirs.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The actor system ends its provider by ShutdownAsync.")]
internal class RemoteActorRefProvider : IActorRefProvider
{
    /// <summary>The scheme of addresses, as Akka.NET's TCP transport has it, so that one configuration serves both engines.</summary>
    public const string Protocol = "akka.tcp";

    private readonly LocalActorRefProvider _local;
    private Remoting? _remoting;

    public RemoteActorRefProvider(string systemName, ExtendedActorSystem system) => _local = new LocalActorRefProvider(systemName, system);

    public Remoting Remoting => _remoting ?? throw new InvalidOperationException("Remoting is used before the actor system has started.");

    public ActorPath RootPath => _local.RootPath;

    public Address DefaultAddress => _remoting?.LocalAddress ?? _local.DefaultAddress;

    public IInternalActorRef RootGuardian => _local.RootGuardian;

    public LocalActorRef Guardian => _local.Guardian;

    public LocalActorRef SystemGuardian => _local.SystemGuardian;

    public IInternalActorRef DeadLetters => _local.DeadLetters;

    public IInternalActorRef TempContainer => _local.TempContainer;

    public void Init(ActorSystemImpl system)
    {
        _local.Init(system);
        var settings = new RemoteSettings(system.Settings.Config);
        var time = system.Runtime.Time;
        var transport = system.Setup.Get<RemoteTransportSetup>() is { HasValue: true } setup ? setup.Value.Create(settings) : new TcpTransport(settings.TcpSettings);
        _remoting = new Remoting(system, this, settings, transport, time);
        // The port must be known before the first actor asks for its address; nothing else runs yet that waiting could hold up.
        Background.Wait(() => _remoting.ListenAsync(CancellationToken.None));
    }

    public virtual void Start() => _local.Start();

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path) => _local.ActorOf(system, props, supervisor, path);

    public IInternalActorRef ResolveActorRef(string path) => ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed) : _local.DeadLetters;

    public IInternalActorRef ResolveActorRef(ActorPath path)
    {
        var address = path.Address;
        if (address.HasLocalScope)
            return _local.ResolveActorRef(path);
        if (address != DefaultAddress)
            return new RemoteActorRef(this, path);
        // Local actors carry local paths: resolve there, so that equality holds however the reference came in.
        var local = _local.RootPath;
        foreach (var element in path.Elements)
            local /= element;
        return _local.ResolveActorRef(local.WithUid(path.Uid));
    }

    public IInternalActorRef RootGuardianAt(Address address) =>
        address.HasLocalScope || address == DefaultAddress ? _local.RootGuardian : new RemoteActorRef(this, new RootActorPath(address));

    public Address? GetExternalAddressFor(Address address) => address.HasGlobalScope ? DefaultAddress : null;

    public ActorPath TempPath() => _local.TempPath();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _local.RegisterTempActor(actorRef, path);

    public void UnregisterTempActor(ActorPath path) => _local.UnregisterTempActor(path);

    public async Task ShutdownAsync()
    {
        if (_remoting is not null)
            await _remoting.DisposeAsync();
        await _local.ShutdownAsync();
    }
}
