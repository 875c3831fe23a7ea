using System.Globalization;
using Rig.Engine.Configuration;

namespace Rig.Engine.Actor;

/// <summary>The settings of one system: its configuration over the engine's defaults, read once.</summary>
public class Settings
{
    public Settings(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        LogLevel = config.GetString("akka.loglevel", "INFO");
        LogDeadLetters = config.GetString("akka.log-dead-letters", "10") switch
        {
            "off" or "false" or "no" => 0,
            "on" or "true" or "yes" => int.MaxValue,
            var count when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            var other => throw new ConfigurationException($"akka.log-dead-letters is '{other}'. Write on, off or how many to log."),
        };
        AskTimeout = config.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan);
        LoggerStartTimeout = config.GetTimeSpan("akka.logger-startup-timeout", TimeSpan.FromSeconds(5));
        Loggers = config.GetStringList("akka.loggers");
        ProviderClass = config.GetString("akka.actor.provider", "local");
        DebugLifecycle = config.GetBoolean("akka.actor.debug.lifecycle");
        CoordinatedShutdownRunByActorSystemTerminate = config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate", true);
        CoordinatedShutdownTerminateActorSystem = config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system", true);
    }

    public ActorSystem System { get; }

    public Config Config { get; }

    public string ProviderClass { get; }

    public string LogLevel { get; }

    public IList<string> Loggers { get; }

    public TimeSpan LoggerStartTimeout { get; }

    /// <summary>How many dead letters are logged.</summary>
    public int LogDeadLetters { get; }

    /// <summary>How long an ask without a timeout waits; infinite by default.</summary>
    public TimeSpan AskTimeout { get; }

    /// <summary>Whether starts and stops of actors are logged at debug level.</summary>
    public bool DebugLifecycle { get; }

    public bool CoordinatedShutdownRunByActorSystemTerminate { get; }

    public bool CoordinatedShutdownTerminateActorSystem { get; }
}
