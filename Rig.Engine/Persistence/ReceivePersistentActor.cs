namespace Rig.Engine.Persistence;

/// <summary>
/// A persistent actor that lists its handlers in the constructor: <c>Recover</c> for what its past brings, <c>Command</c> for
/// everything else. The first handler that matches takes the message.
/// </summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly List<Func<object, bool>> _recoverers = [];
    private List<Func<object, bool>>? _configuring = [];
    private Func<object, bool>[] _commands = [];

    internal override void Initialize()
    {
        _commands = [.. _configuring!];
        _configuring = null;
    }

    protected sealed override void OnCommand(object message)
    {
        if (!Handle(_commands, message))
            Unhandled(message);
    }

    protected sealed override void OnRecover(object message)
    {
        if (!Handle(_recoverers, message))
            Unhandled(message);
    }

    /// <summary>Replaces the command handlers by those that <paramref name="configure"/> lists; recovery's stay.</summary>
    protected void Become(Action configure)
    {
        var outer = _configuring;
        _configuring = [];
        try
        {
            configure();
            var commands = _configuring.ToArray();
            Context.Become(message => Handle(commands, message));
        }
        finally
        {
            _configuring = outer;
        }
    }

    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => AddCommand(Handler(handler, shouldHandle));

    /// <summary>No other command is handled until the task is done; it may persist at any point.</summary>
    protected void CommandAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Command(message => RunTask(() => handler(message)), shouldHandle);

    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => _recoverers.Add(Handler(handler, shouldHandle));

    private static Func<object, bool> Handler<T>(Action<T> handler, Predicate<T>? shouldHandle) => message =>
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        handler(typed);
        return true;
    };

    private static bool Handle(IReadOnlyList<Func<object, bool>> handlers, object message)
    {
        foreach (var handler in handlers)
        {
            if (handler(message))
                return true;
        }

        return false;
    }

    private void AddCommand(Func<object, bool> handler)
    {
        if (_configuring is null)
        {
            throw new InvalidOperationException(
                "Command is called where handlers are not being listed. Call it in the constructor or within the method given to Become.");
        }

        _configuring.Add(handler);
    }
}
