using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rig.Actors.Operations;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;

namespace Rig.Actors.Hosting;

/// <summary>Adds the operations port to a program. The program's start of its local actor system calls <see cref="StartOperator"/>.</summary>
public static class OperationsSetup
{
    /// <param name="tokenPath">Where the token is kept unless the configuration says otherwise.</param>
    /// <param name="node">The name by which operators know this process.</param>
    /// <param name="addCommands">What this program offers beyond the commands that every program has.</param>
    public static IServiceCollection AddOperations(
        this IServiceCollection services, string tokenPath, Func<IServiceProvider, string> node, Action<OperatorPalette, IServiceProvider> addCommands)
    {
        services.AddSingleton<IValidateOptions<OperationsOptions>, OptionsCheck>();
        services.Configure<OperationsOptions>(options => options.TokenPath = tokenPath);
        services.AddRigOptions<OperationsOptions>(OperationsOptions.Section);
        services.AddSingleton<DeadLetterBoard>();
        services.AddSingleton(provider =>
        {
            var palette = new OperatorPalette()
                .AddCluster(() => provider.GetRequiredService<ClusterSystem>().Current)
                .AddActors(() => Systems(provider), provider.GetRequiredService<DeadLetterBoard>())
                .AddLog(provider.GetRequiredService<LogTail>(), () => Systems(provider))
                .AddConfig(() => Systems(provider), provider.GetRequiredService<IConfiguration>());
            addCommands(palette, provider);
            return palette;
        });
        services.AddSingleton(provider => new OperationsListener(
            provider.GetRequiredService<IOptions<OperationsOptions>>(),
            node(provider),
            provider.GetRequiredService<OperatorPalette>(),
            () => provider.GetRequiredService<IRequiredActor<OperatorActor>>().ActorRef,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OperationsListener>>()));
        services.AddHostedService(provider => provider.GetRequiredService<OperationsListener>());
        return services;
    }

    /// <summary>Makes the actor that runs commands, where the program has an operations port.</summary>
    public static void StartOperator(ActorSystem system, IActorRegistry registry, IServiceProvider services)
    {
        if (services.GetService<OperatorPalette>() is not { } palette)
        {
            return;
        }

        var commands = system.ActorOf(OperatorActor.PropsOf(palette), "operator");
        registry.Register<OperatorActor>(commands);
        CountDeadLetters(system, services);
    }

    /// <summary>Lets operators see what one of the process's systems could not deliver.</summary>
    public static void CountDeadLetters(ActorSystem system, IServiceProvider services) =>
        services.GetService<DeadLetterBoard>()?.Attach(system, services.GetRequiredService<TimeProvider>());

    /// <summary>The actor that runs operators' commands, for the program's local system, where the program has an operations port.</summary>
    /// <param name="services">The program's.</param>
    public static AkkaConfigurationBuilder WithOperatorActor(this AkkaConfigurationBuilder builder, IServiceProvider services) =>
        builder.WithActors((system, registry) => StartOperator(system, registry, services));

    /// <inheritdoc cref="CountDeadLetters"/>
    /// <param name="services">The program's.</param>
    public static AkkaConfigurationBuilder WithDeadLetterBoard(this AkkaConfigurationBuilder builder, IServiceProvider services) =>
        builder.WithActors((system, _) => CountDeadLetters(system, services));

    private static IEnumerable<ActorSystem> Systems(IServiceProvider provider) => ((ActorSystem?[])
        [provider.GetRequiredService<ActorSystem>(), provider.GetRequiredService<ClusterSystem>().Current]).OfType<ActorSystem>();

    private sealed class OptionsCheck : IValidateOptions<OperationsOptions>
    {
        public ValidateOptionsResult Validate(string? name, OperationsOptions options) =>
            options.Errors().ToList() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
