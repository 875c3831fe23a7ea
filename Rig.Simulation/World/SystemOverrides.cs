using System.Globalization;

namespace Rig.Simulation.World;

/// <summary>What is laid over a product's configuration so that its system lives in a world: dispatchers, scheduler and transport, nothing else.</summary>
internal static class SystemOverrides
{
    /// <summary>Of which process a system is.</summary>
    private const string ProcessKey = "rig-simulation.process";

    private static readonly string Types = $$"""
        akka {
          scheduler.implementation = "{{typeof(ProcessTimers).AssemblyQualifiedName}}"
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          actor {
            default-dispatcher.type = {{Dispatcher}}
            internal-dispatcher.type = {{Dispatcher}}
            default-blocking-io-dispatcher.type = {{Dispatcher}}
            default-fork-join-dispatcher.type = {{Dispatcher}}
            synchronized-dispatcher.type = {{Dispatcher}}
          }
          remote {
            enabled-transports = ["akka.remote.simulated"]
            simulated {
              transport-class = "{{typeof(Network.SimulatedTransport).AssemblyQualifiedName}}"
              applied-adapters = []
            }
            default-remote-dispatcher.type = {{Dispatcher}}
            backoff-remote-dispatcher.type = {{Dispatcher}}
          }
          io.pinned-dispatcher.type = {{Dispatcher}}
        }
        """;

    private static readonly Config Loud = ConfigurationFactory.ParseString(Types + "\nakka.loglevel = INFO");
    private static readonly Config Quiet = ConfigurationFactory.ParseString(Types + "\nakka.loglevel = OFF");

    private static string Dispatcher => $"\"{typeof(ProcessDispatcherConfigurator).AssemblyQualifiedName}\"";

    public static Config For(SimulatedProcess process) => ConfigurationFactory
        .ParseString(string.Create(CultureInfo.InvariantCulture, $"{ProcessKey} = {process.Id}"))
        .WithFallback(process.Machine.World.Trace.Listener is null ? Quiet : Loud);

    /// <summary>The process whose system has this configuration.</summary>
    public static SimulatedProcess ProcessOf(Config config) => SimulatedWorld.Current!.Process(config.GetInt(ProcessKey));
}
