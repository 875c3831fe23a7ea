using Microsoft.Extensions.DependencyInjection;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.DependencyInjection;

namespace Rig.Engine.Hosting;

/// <summary>Where added HOCON stands among what was added before.</summary>
public enum HoconAddMode
{
    /// <summary>Gives way to what was added before.</summary>
    Append = 0,

    /// <summary>Goes before what was added before.</summary>
    Prepend = 1,

    /// <summary>Takes the place of what was added before.</summary>
    Replace = 2,
}

/// <summary>What an actor system of a host consists of.</summary>
public sealed class AkkaConfigurationBuilder
{
    private readonly string _name;
    private readonly List<Action<ActorSystem, IActorRegistry, IDependencyResolver>> _starters = [];
    private Config _config = Config.Empty;

    internal AkkaConfigurationBuilder(string name) => _name = name;

    /// <summary>Runs once the system is there, in the order of the calls.</summary>
    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter)
    {
        _starters.Add(starter);
        return this;
    }

    internal void Add(Config hocon, HoconAddMode mode) => _config = mode switch
    {
        HoconAddMode.Append => _config.WithFallback(hocon),
        HoconAddMode.Prepend => hocon.WithFallback(_config),
        _ => hocon,
    };

    internal ActorSystem Create(IServiceProvider services) => ActorSystem.Create(
        _name,
        Actor.Setup.ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(_config.WithFallback(ConfigurationFactory.Load())),
            new DependencyResolverSetup(services)));

    internal void Start(ActorSystem system, IServiceProvider services)
    {
        foreach (var start in _starters)
            start(system, services.GetRequiredService<IActorRegistry>(), DependencyResolver.For(system).Resolver);
    }
}
