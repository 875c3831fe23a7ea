namespace Rig.Engine.Actor;

/// <summary>
/// An actor that lists its handlers in the constructor or in the method given to <see cref="Become(Action)"/>. The
/// first handler whose type and predicate match takes the message.
/// </summary>
public abstract class ReceiveActor : UntypedActor
{
    private List<MessageHandler>? _configuring = [];
    private MessageHandler[] _initial = [];

    internal override void Initialize()
    {
        _initial = [.. _configuring!];
        _configuring = null;
    }

    internal override Receive InitialBehavior() => BehaviorOf(_initial);

    protected sealed override void OnReceive(object message) => Unhandled(message);

    /// <summary>Replaces the behaviour by the handlers that <paramref name="configure"/> lists.</summary>
    protected void Become(Action configure) => Context.Become(BehaviorOf(Configure(configure)));

    protected void BecomeStacked(Action configure) => Context.BecomeStacked(BehaviorOf(Configure(configure)));

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Add(new ActionHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) =>
        Add(new ActionHandler<T>(handler, shouldHandle));

    /// <param name="handler">Answers whether it took the message; if not, later handlers are tried.</param>
    protected void Receive<T>(Func<T, bool> handler) => Add(new FunctionHandler<T>(handler));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Add(new ActionHandler<object>(handler, message => messageType.IsInstanceOfType(message) && (shouldHandle is null || shouldHandle(message))));

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Receive(messageType, handler, shouldHandle);

    /// <summary>The actor handles nothing else until the task is done; what it awaits resumes within the actor.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Receive(message => ActorTaskScheduler.RunTask(handler, message), shouldHandle);

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAny(Action<object> handler) => Add(new ActionHandler<object>(handler, null));

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    private static Receive BehaviorOf(MessageHandler[] handlers) => message =>
    {
        foreach (var handler in handlers)
        {
            if (handler.TryHandle(message))
                return true;
        }

        return false;
    };

    private MessageHandler[] Configure(Action configure)
    {
        var outer = _configuring;
        _configuring = [];
        try
        {
            configure();
            return [.. _configuring];
        }
        finally
        {
            _configuring = outer;
        }
    }

    private void Add(MessageHandler handler)
    {
        if (_configuring is null)
        {
            throw new InvalidOperationException(
                "Receive is called where handlers are not being listed. Call it in the constructor or within the method given to Become.");
        }

        if (_configuring is [.., ActionHandler<object> { IsCatchAll: true }])
        {
            throw new InvalidOperationException(
                "A handler is listed after one that takes everything; it would never run. List it before ReceiveAny.");
        }

        _configuring.Add(handler);
    }

    private abstract class MessageHandler
    {
        public abstract bool TryHandle(object message);
    }

    private sealed class ActionHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : MessageHandler
    {
        public bool IsCatchAll => shouldHandle is null && typeof(T) == typeof(object);

        public override bool TryHandle(object message)
        {
            if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
                return false;
            handler(typed);
            return true;
        }
    }

    private sealed class FunctionHandler<T>(Func<T, bool> handler) : MessageHandler
    {
        public override bool TryHandle(object message) => message is T typed && handler(typed);
    }
}
