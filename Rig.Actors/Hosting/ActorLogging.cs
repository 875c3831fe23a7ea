using Microsoft.Extensions.Logging;

namespace Rig.Actors.Hosting;

/// <summary>Lets actors log where their program does.</summary>
public static class ActorLogging
{
    /// <param name="loggers">
    /// The program's. Akka.Logger.Serilog would write to Serilog's static logger instead, which several programs in one process, as
    /// tests have them, cannot share.
    /// </param>
    public static AkkaConfigurationBuilder WithLogging(this AkkaConfigurationBuilder builder, ILoggerFactory loggers) => builder.ConfigureLoggers(setup =>
    {
        setup.ClearLoggers();
        setup.AddLoggerFactory(loggers);
    });
}
