using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rig.Tests.Engine.Hosting;

public sealed class AkkaHostingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Config Quiet = "akka { loggers = [], stdout-loglevel = OFF }";

    [Fact]
    public async Task Actors_get_services_and_are_found_by_the_type_that_stands_for_them()
    {
        using var host = Build(builder => builder.WithActors((system, registry, resolver) =>
            registry.Register<Greeter>(system.ActorOf(resolver.Props<Greeter>("Hello"), "greeter"))));
        await host.StartAsync();

        var greeter = host.Services.GetRequiredService<IRequiredActor<Greeter>>().ActorRef;
        Assert.Equal("Hello, Ann (1)", await greeter.Ask<string>("Ann", Patience));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_restarted_actor_gets_its_services_anew()
    {
        using var host = Build(builder => builder.WithActors((system, registry, resolver) =>
            registry.Register<Greeter>(system.ActorOf(resolver.Props<Greeter>("Hi"), "greeter"))));
        await host.StartAsync();

        var greeter = host.Services.GetRequiredService<IRequiredActor<Greeter>>().ActorRef;
        greeter.Tell(new InvalidOperationException("restart"));
        Assert.Equal("Hi, Bob (2)", await greeter.Ask<string>("Bob", Patience));
        await host.StopAsync();
    }

    [Fact]
    public async Task The_end_of_the_host_runs_coordinated_shutdown_and_ends_the_system()
    {
        var phases = new List<string>();
        using var host = Build(builder => builder.WithActors((system, _) =>
        {
            foreach (var phase in (string[])[CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseClusterLeave])
            {
                CoordinatedShutdown.Get(system).AddTask(phase, "note", () =>
                {
                    phases.Add(phase);
                    return Task.FromResult(Done.Instance);
                });
            }
        }));
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        await host.StopAsync();

        Assert.Equal([CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseClusterLeave], phases);
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task The_end_of_the_system_ends_its_host()
    {
        using var host = Build(_ => { });
        await host.StartAsync();
        var stopping = new TaskCompletionSource();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await host.Services.GetRequiredService<ActorSystem>().Terminate().WaitAsync(Patience);
        await stopping.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Hocon_that_goes_before_wins_and_appended_hocon_fills_gaps()
    {
        using var host = Build(builder => builder
            .AddHocon("test { a = prepended }", HoconAddMode.Prepend)
            .AddHocon("test { a = appended, b = appended }", HoconAddMode.Append));
        await host.StartAsync();

        var config = host.Services.GetRequiredService<ActorSystem>().Settings.Config;
        Assert.Equal("prepended", config.GetString("test.a"));
        Assert.Equal("appended", config.GetString("test.b"));
        await host.StopAsync();
    }

    [Fact]
    public async Task An_actor_that_nobody_registered_is_named()
    {
        using var host = Build(builder => builder.WithActors((_, registry) =>
        {
            registry.Register<string>(ActorRefs.Nobody);
            Assert.Throws<DuplicateActorRegistryException>(() => registry.Register<string>(ActorRefs.Nobody));
            registry.Register<string>(ActorRefs.Nobody, overwrite: true);
        }));
        await host.StartAsync();

        var missing = Assert.Throws<MissingActorRegistryEntryException>(() => host.Services.GetRequiredService<IRequiredActor<Greeter>>().ActorRef);
        Assert.Contains(nameof(Greeter), missing.Message, StringComparison.Ordinal);
        await host.StopAsync();
    }

    private static IHost Build(Action<AkkaConfigurationBuilder> configure) => new HostBuilder()
        .ConfigureServices(services => services
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton<Counter>()
            .AddTransient<Ticket>()
            .AddAkka("hosted", (builder, _) => configure(builder.AddHocon(Quiet, HoconAddMode.Prepend))))
        .Build();

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Counter
    {
        public int Next;
    }

    private sealed class Ticket(Counter counter)
    {
        public int Number { get; } = ++counter.Next;
    }

    private sealed class Greeter : ReceiveActor
    {
        public Greeter(Ticket ticket, string greeting)
        {
            Receive<string>(name => Sender.Tell($"{greeting}, {name} ({ticket.Number})"));
            Receive<Exception>(cause => throw cause);
        }
    }
}
