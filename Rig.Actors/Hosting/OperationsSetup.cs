using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rig.Actors.Operations;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;
using Rig.Hosting.Operations;

namespace Rig.Actors.Hosting;

/// <summary>Adds the operations port to a program.</summary>
public static class OperationsSetup
{
    /// <param name="tokenPath">Where the token is kept unless the configuration says otherwise.</param>
    /// <param name="node">The name by which operators know this process.</param>
    /// <param name="addCommands">What this program offers beyond the commands that every program has.</param>
    public static IServiceCollection AddOperations(
        this IServiceCollection services, string tokenPath, Func<IServiceProvider, string> node, Action<OperatorPalette, IServiceProvider> addCommands)
    {
        services.Configure<OperationsOptions>(options => options.TokenPath = tokenPath);
        services.AddChecked<OperationsOptions>(OperationsOptions.Section, options => options.Errors());
        services.AddSingleton<DeadLetterBoard>();
        services.AddSingleton(provider =>
        {
            var palette = new OperatorPalette()
                .AddCluster(() => provider.GetRequiredService<ClusterSystem>().Current)
                .AddActors(() => Systems(provider), provider.GetRequiredService<DeadLetterBoard>())
                .AddLog(provider.GetRequiredService<LogTail>(), level => Systems(provider).SetLogLevel(level))
                .AddConfig(provider.GetRequiredService<IConfiguration>(), () => Systems(provider).Settings());
            addCommands(palette, provider);
            return palette;
        });
        services.AddSingleton(provider => new OperationsServer(
            provider.GetRequiredService<IOptions<OperationsOptions>>(),
            node(provider),
            provider.GetRequiredService<OperatorPalette>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OperationsServer>>()));
        services.AddHostedService(provider => provider.GetRequiredService<OperationsServer>());
        return services;
    }

    /// <summary>Lets operators see what one of the process's systems could not deliver.</summary>
    public static void CountDeadLetters(ActorSystem system, IServiceProvider services) =>
        services.GetService<DeadLetterBoard>()?.Attach(system, services.GetRequiredService<TimeProvider>());

    /// <inheritdoc cref="CountDeadLetters"/>
    /// <param name="services">The program's.</param>
    public static AkkaConfigurationBuilder WithDeadLetterBoard(this AkkaConfigurationBuilder builder, IServiceProvider services) =>
        builder.WithActors((system, _) => CountDeadLetters(system, services));

    private static IEnumerable<ActorSystem> Systems(IServiceProvider provider) => ((ActorSystem?[])
        [provider.GetRequiredService<ActorSystem>(), provider.GetRequiredService<ClusterSystem>().Current]).OfType<ActorSystem>();
}
