using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rig.Tests.Support;

/// <summary>
/// A test kit over a system that a host made, by the very wiring that a program has. Akka.Hosting.TestKit does this for the third
/// version of xunit only, and Akka.TestKit.Xunit2 stands on the second.
/// </summary>
public abstract class HostedTestKit : TestKit
{
    private const string Patient = """
        akka {
          loggers = []
          stdout-loglevel = OFF
          test { single-expect-default = 60s, filter-leeway = 60s, default-timeout = 60s }
        }
        """;

    private readonly IHost host;

    /// <param name="services">What the actors ask their host for.</param>
    protected HostedTestKit(Action<IServiceCollection> services, Action<AkkaConfigurationBuilder> wiring)
        : this(Start(services, wiring))
    {
    }

    private HostedTestKit(IHost host)
        : base(host.Services.GetRequiredService<ActorSystem>()) => this.host = host;

    /// <summary>The actor that the wiring registered.</summary>
    protected IActorRef Required<TActor>() => host.Services.GetRequiredService<IRequiredActor<TActor>>().ActorRef;

    /// <inheritdoc cref="PatientTestKit.AwaitCondition"/>
    protected void AwaitCondition(Func<bool> condition, TimeSpan? timeout = null) => AwaitCondition(condition, timeout, PatientTestKit.LookInterval);

    protected override void AfterAll()
    {
        base.AfterAll();
        host.Dispose();
    }

    private static IHost Start(Action<IServiceCollection> services, Action<AkkaConfigurationBuilder> wiring)
    {
        var host = new HostBuilder()
            .ConfigureServices(collection =>
            {
                services(collection);
                collection.AddAkka("test", (builder, _) => wiring(builder.AddHocon(Patient, HoconAddMode.Prepend)));
            })
            .Build();
        host.Start();
        return host;
    }
}
