using Microsoft.Extensions.DependencyInjection;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;

namespace Rig.Engine.DependencyInjection;

/// <summary>Makes actors whose constructors take services of the host.</summary>
public interface IDependencyResolver
{
    /// <summary>The recipe of an actor: each instance, after a restart too, gets its services anew.</summary>
    /// <param name="args">Arguments of the constructor that are no services, in any order.</param>
    Props Props<T>(params object[] args)
        where T : ActorBase;
}

/// <summary>The resolver of one actor system that a host started.</summary>
public sealed class DependencyResolver : IExtension
{
    internal DependencyResolver(IDependencyResolver resolver) => Resolver = resolver;

    public IDependencyResolver Resolver { get; }

    /// <exception cref="ConfigurationException">The system was made without a host.</exception>
    public static DependencyResolver For(ActorSystem actorSystem) => (DependencyResolver)actorSystem.RegisterExtension(Extension.Instance);

    private sealed class Extension : ExtensionIdProvider<DependencyResolver>
    {
        public static readonly Extension Instance = new();

        public override DependencyResolver CreateExtension(ExtendedActorSystem system) =>
            ((ActorSystemImpl)system).Setup.Get<DependencyResolverSetup>() is { HasValue: true } setup
                ? new DependencyResolver(new ServiceProviderResolver(setup.Value.Services))
                : throw new ConfigurationException($"The actor system {system.Name} has no service provider. Make it with AddAkka.");
    }

    private sealed class ServiceProviderResolver(IServiceProvider services) : IDependencyResolver
    {
        public Props Props<T>(params object[] args)
            where T : ActorBase => Actor.Props.Create(typeof(T), () => ActivatorUtilities.CreateInstance<T>(services, args));
    }
}

/// <summary>Hands a host's services to the actor system that it makes.</summary>
internal sealed class DependencyResolverSetup(IServiceProvider services) : Actor.Setup.Setup
{
    public IServiceProvider Services { get; } = services;
}
