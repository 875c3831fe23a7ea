using Microsoft.Extensions.DependencyInjection;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.DependencyInjection;

namespace Rig.Engine.Hosting;

/// <summary>Makes an actor system a part of a host.</summary>
public static class AkkaHostingExtensions
{
    /// <summary>
    /// The host starts the system and its actors with its services and runs coordinated shutdown when it stops; when the system
    /// ends by itself, the host stops. One system for each host.
    /// </summary>
    /// <param name="builder">Called when the host starts; what it throws stops the start.</param>
    public static IServiceCollection AddAkka(this IServiceCollection services, string actorSystemName, Action<AkkaConfigurationBuilder, IServiceProvider> builder)
    {
        services.AddSingleton(provider =>
        {
            var made = new AkkaConfigurationBuilder(actorSystemName);
            builder(made, provider);
            return made;
        });
        services.AddSingleton(provider => provider.GetRequiredService<AkkaConfigurationBuilder>().Create(provider));
        services.AddSingleton(provider => ActorRegistry.For(provider.GetRequiredService<ActorSystem>()));
        services.AddSingleton<IActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton<IReadOnlyActorRegistry>(provider => provider.GetRequiredService<ActorRegistry>());
        services.AddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
        return services.AddHostedService<AkkaHostedService>();
    }

    public static AkkaConfigurationBuilder AddHocon(this AkkaConfigurationBuilder builder, Config hocon, HoconAddMode addMode)
    {
        builder.Add(hocon, addMode);
        return builder;
    }

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry, IDependencyResolver> actorStarter) =>
        builder.StartActors(actorStarter);

    /// <inheritdoc cref="AkkaConfigurationBuilder.StartActors"/>
    public static AkkaConfigurationBuilder WithActors(this AkkaConfigurationBuilder builder, Action<ActorSystem, IActorRegistry> actorStarter) =>
        builder.StartActors((system, registry, _) => actorStarter(system, registry));
}
