using Microsoft.Extensions.Logging;
using MsLogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Rig.Actors.Hosting;

/// <summary>Hands what actors log to the program's logger.</summary>
public sealed class LogBridgeActor : ReceiveActor
{
    private readonly ILoggerFactory loggers;

    public LogBridgeActor(ILoggerFactory loggers)
    {
        this.loggers = loggers;
        Receive<Error>(e => Write(e, MsLogLevel.Error));
        Receive<Warning>(e => Write(e, MsLogLevel.Warning));
        Receive<Info>(e => Write(e, MsLogLevel.Information));
        Receive<Debug>(e => Write(e, MsLogLevel.Debug));
    }

    /// <summary>Call once after the system was created; its configuration names no other loggers.</summary>
    public static void Attach(ActorSystem system, ILoggerFactory loggers)
    {
        var bridge = system.ActorOf(Props.Create(() => new LogBridgeActor(loggers)), "log");
        system.EventStream.Subscribe(bridge, typeof(LogEvent));
    }

    private void Write(LogEvent entry, MsLogLevel level)
    {
        var logger = loggers.CreateLogger(entry.LogClass?.FullName ?? "actors");
        logger.Log(level, entry.Cause, "{Source} {Message}", entry.LogSource, entry.Message);
    }
}
