using Rig.Engine.Actor;
using Rig.Engine.Dispatch;

namespace Rig.Engine.Event;

/// <summary>Writes log events to standard output.</summary>
public class DefaultLogger : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => Console.WriteLine(logEvent);
}

/// <summary>Notes the first dead letters in the log, so that a wrong path is seen and a flood is not.</summary>
internal sealed class DeadLetterListener : ActorBase
{
    private readonly int _limit = Context.System.Settings.LogDeadLetters;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private int _count;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(Dropped));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override void PostRestart(Exception reason)
    {
    }

    protected override bool Receive(object message)
    {
        if (message is UnhandledMessage unhandled)
        {
            _log.Debug("Unhandled message {0} from {1} to {2}", unhandled.Message, unhandled.Sender, unhandled.Recipient);
            return true;
        }

        if (message is not AllDeadLetters letter)
            return false;
        _count++;
        if (_count > _limit)
            return true;
        var suffix = _count == _limit ? " No more dead letters are logged; see akka.log-dead-letters." : "";
        _log.Info(
            "Message [{0}] from {1} to {2} was not delivered. [{3}] dead letters encountered.{4}",
            letter.Message.GetType().Name, letter.Sender, letter.Recipient, _count, suffix);
        return true;
    }
}

/// <summary>Starts the configured loggers under /system and waits for their last line at the end.</summary>
internal sealed class LoggerHost(ActorSystemImpl system)
{
    private readonly List<IActorRef> _loggers = [];

    /// <exception cref="Configuration.ConfigurationException">A logger's type cannot be found, or it fails to start.</exception>
    public void Start()
    {
        var level = system.EventStream.LogLevel;
        foreach (var name in system.Settings.Loggers)
        {
            var type = Util.TypeNames.Resolve(name, "akka.loggers");
            var logger = system.SystemActorOf(Props.Create(type), $"log{_loggers.Count + 1}-{type.Name}");
            Initialize(logger, name);
            foreach (var each in Enum.GetValues<LogLevel>().Where(each => each >= level))
                system.EventStream.Subscribe(logger, each.ClassFor());
            _loggers.Add(logger);
        }

        if (system.Settings.LogDeadLetters > 0)
            system.SystemActorOf(Props.Create(typeof(DeadLetterListener), () => new DeadLetterListener()), "deadLetterListener");
    }

    /// <summary>What was logged before is written.</summary>
    public async Task FlushAsync()
    {
        foreach (var logger in _loggers)
        {
            try
            {
                await logger.Ask<ActorIdentity>(new Identify("flush"), TimeSpan.FromSeconds(1)).Detached();
            }
            catch (AskTimeoutException)
            {
                // A logger that hangs must not keep the system from ending.
            }
        }
    }

    private void Initialize(IActorRef logger, string name)
    {
        var answer = logger.Ask<LoggerInitialized>(new InitializeLogger(system.EventStream));
        try
        {
            // A slow machine is no reason not to start: the logger is subscribed and will catch up.
            if (!answer.Wait(system.Settings.LoggerStartTimeout))
                system.Log.Warning("Logger {0} did not start within {1} (akka.logger-startup-timeout).", name, system.Settings.LoggerStartTimeout);
        }
        catch (AggregateException failed)
        {
            throw new Configuration.ConfigurationException($"Logger {name} of akka.loggers did not start: {failed.InnerException?.Message}", failed);
        }
    }
}
