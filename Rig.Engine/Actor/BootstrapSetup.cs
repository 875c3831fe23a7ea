using Rig.Engine.Configuration;
using Rig.Engine.Util;

namespace Rig.Engine.Actor;

/// <summary>The configuration of a system, given at its creation.</summary>
public sealed class BootstrapSetup : Setup.Setup
{
    private BootstrapSetup(Option<Config> config) => Config = config;

    public Option<Config> Config { get; }

    public static BootstrapSetup Create() => new(Option<Config>.None);

    public BootstrapSetup WithConfig(Config config) => new(new Option<Config>(config));

    public BootstrapSetup WithConfigFallback(Config config) =>
        WithConfig(Config.HasValue ? Config.Value.WithFallback(config) : config);
}

/// <summary>The settings of one system: its configuration over the engine's defaults, read once.</summary>
public class Settings
{
    internal Settings(Config config)
    {
        Config = config;
        LogLevel = config.GetString("akka.loglevel", "INFO");
        LogDeadLetters = config.GetString("akka.log-dead-letters", "10") switch
        {
            "off" or "false" or "no" => 0,
            "on" or "true" or "yes" => int.MaxValue,
            var count => int.Parse(count, System.Globalization.CultureInfo.InvariantCulture),
        };
        AskTimeout = config.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan);
        LoggerStartTimeout = config.GetTimeSpan("akka.logger-startup-timeout", TimeSpan.FromSeconds(5));
        Loggers = config.GetStringList("akka.loggers");
        ProviderClass = config.GetString("akka.actor.provider", "local");
    }

    public Config Config { get; }

    public string ProviderClass { get; }

    public string LogLevel { get; }

    public IList<string> Loggers { get; }

    public TimeSpan LoggerStartTimeout { get; }

    /// <summary>How many dead letters are logged.</summary>
    public int LogDeadLetters { get; }

    public TimeSpan AskTimeout { get; }
}
