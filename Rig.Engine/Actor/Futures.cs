using Rig.Engine.Dispatch;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

/// <summary>Asks: a tell whose answer completes a task.</summary>
public static class Futures
{
    /// <summary>
    /// Tells the message and gives the answer. A <see cref="Status.Failure"/> or an exception as the answer becomes the
    /// task's exception, and so does an answer of another type (<see cref="ArgumentException"/>). Without a timeout
    /// <c>akka.actor.ask-timeout</c> holds.
    /// </summary>
    /// <exception cref="AskTimeoutException">No answer in time.</exception>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        Ask<T>(self, message, timeout, CancellationToken.None);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        Ask<T>(self, message, null, cancellationToken);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Ask<T>(self, _ => message, timeout, cancellationToken);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        Ask<object>(self, message, timeout, CancellationToken.None);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        Ask<object>(self, message, null, cancellationToken);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Ask<object>(self, message, timeout, cancellationToken);

    /// <param name="self">Whom to ask.</param>
    /// <param name="messageFactory">Makes the message, given the reference to answer to.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var provider = ProviderOf(self);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var asker = new AskActorRef<T>(provider);
        asker.Start(self, provider.System, timeout ?? provider.System.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(asker), asker);
        return asker.Task;
    }

    private static IActorRefProvider ProviderOf(ICanTell self) => self switch
    {
        Nobody => ActorCell.CurrentOrNull?.SystemImpl.Provider
            ?? throw new ArgumentException("Nobody cannot be asked. Ask an actor.", nameof(self)),
        IInternalActorRef internalRef => internalRef.Provider,
        ActorSelection selection => ProviderOf(selection.Anchor),
        _ => throw new ArgumentException($"{self} cannot be asked. Ask an actor reference or an actor selection.", nameof(self)),
    };
}

/// <summary>
/// Receives the answer of one ask. Its path is made, and entered under /temp, only when something needs it: an ask
/// within the process leaves no trace.
/// </summary>
internal sealed class AskActorRef<T>(IActorRefProvider provider) : MinimalActorRef
{
    // Continuations must not run within the answering actor's turn.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ActorPath? _path;
    private TimeoutEntry? _timeout;
    private CancellationTokenRegistration _cancellation;

    public Task<T> Task => _completion.Task;

    public override ActorPath Path
    {
        get
        {
            lock (_gate)
            {
                if (_path is null)
                {
                    _path = provider.TempPath();
                    if (!_completion.Task.IsCompleted)
                        provider.RegisterTempActor(this, _path);
                }

                return _path;
            }
        }
    }

    public override IActorRefProvider Provider => provider;

    public override IInternalActorRef Parent => provider.TempContainer;

    public override bool IsTerminated => _completion.Task.IsCompleted;

    public void Start(ICanTell asked, ActorSystemImpl system, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout > TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            _timeout = new TimeoutEntry(system.EngineScheduler, this, asked, timeout);
            system.EngineScheduler.Add(timeout, _timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) =>
                {
                    var self = (AskActorRef<T>)state!;
                    if (self._completion.TrySetCanceled(token))
                        self.Release();
                },
                this);
        }
    }

    public override void Tell(object message, IActorRef? sender)
    {
        var answered = message switch
        {
            T answer => _completion.TrySetResult(answer),
            null => _completion.TrySetResult(default!),
            Status.Failure failure => _completion.TrySetException(failure.Cause ?? new InvalidOperationException("The actor answered with a failure without a cause.")),
            Exception cause => _completion.TrySetException(cause),
            _ => _completion.TrySetException(new ArgumentException(
                $"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (answered)
            Release();
        else
            provider.DeadLetters.Tell(new Event.DeadLetter(message!, sender ?? provider.DeadLetters, this), sender);
    }

    public override void SendSystemMessage(SystemMessage message)
    {
        switch (message)
        {
            case Terminate:
                Stop();
                break;
            case DeathWatchNotification died:
                Tell(new Terminated(died.Actor, died.ExistenceConfirmed, died.AddressTerminated), this);
                break;
            case Watch when IsTerminated:
                EmptyLocalActorRef.AnswerForTheDead(message, existenceConfirmed: true);
                break;
        }
    }

    public override void Stop()
    {
        if (_completion.TrySetCanceled())
            Release();
    }

    private void TimeOut(ICanTell asked, TimeSpan after)
    {
        if (_completion.TrySetException(new AskTimeoutException($"Timeout after {after} seconds: {asked} did not answer with {typeof(T).Name}.")))
            Release();
    }

    private void Release()
    {
        if (_timeout is { } timeout)
            timeout.Remove();
        _cancellation.Unregister();
        lock (_gate)
        {
            if (_path is not null)
                provider.UnregisterTempActor(_path);
        }
    }

    private sealed class TimeoutEntry(EngineScheduler scheduler, AskActorRef<T> ask, ICanTell asked, TimeSpan after) : EngineScheduler.Entry(scheduler)
    {
        public override void Run() => ask.TimeOut(asked, after);
    }
}

public static class GracefulStopSupport
{
    /// <summary>Sends a poison pill and completes once the actor is gone: true, or false when it was not gone in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    /// <inheritdoc cref="GracefulStop(IActorRef, TimeSpan)"/>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var subject = (IInternalActorRef)target;
        var death = DeathPromise.Of(subject);
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            await death.Task.Followed().WaitAsync(timeout, subject.Provider.System.Runtime.Time).Detached();
            return true;
        }
        catch (TimeoutException)
        {
            subject.SendSystemMessage(new Unwatch(subject, death));
            death.Forget();
            return false;
        }
    }
}

/// <summary>A watcher outside any actor: completes when told of a death.</summary>
internal sealed class DeathPromise(IActorRefProvider provider) : MinimalActorRef
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _completion.Task;

    public override ActorPath Path { get; } = provider.TempPath();

    public override IActorRefProvider Provider => provider;

    /// <summary>Watches the subject, and can be found by its node when that is another one.</summary>
    public static DeathPromise Of(IInternalActorRef subject)
    {
        var promise = new DeathPromise(subject.Provider);
        subject.Provider.RegisterTempActor(promise, promise.Path);
        subject.SendSystemMessage(new Watch(subject, promise));
        return promise;
    }

    public void Forget() => provider.UnregisterTempActor(Path);

    public override void Tell(object message, IActorRef? sender)
    {
    }

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is not DeathWatchNotification)
            return;
        Forget();
        _completion.TrySetResult();
    }
}

public static class PipeToSupport
{
    /// <summary>
    /// Tells the task's result to the recipient, or what <paramref name="success"/> makes of it. A failure is told as
    /// <see cref="Status.Failure"/>, or as what <paramref name="failure"/> makes of it. Neither function may touch an
    /// actor's state: they run wherever the task ended.
    /// </summary>
    public static Task PipeTo<T>(
        this Task<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe, recipient, false, sender, success, failure);

    /// <inheritdoc cref="PipeTo{T}(Task{T}, ICanTell, IActorRef, Func{T, object}, Func{Exception, object})"/>
    public static async Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null)
    {
        sender ??= ActorRefs.NoSender;
        try
        {
            var result = await (useConfigureAwait ? taskToPipe.ConfigureAwait(true) : taskToPipe.Detached());
            recipient.Tell(success is null ? result! : success(result), sender);
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }

    /// <inheritdoc cref="PipeTo{T}(Task{T}, ICanTell, IActorRef, Func{T, object}, Func{Exception, object})"/>
    public static Task PipeTo(
        this Task taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe, recipient, false, sender, success, failure);

    /// <inheritdoc cref="PipeTo{T}(Task{T}, ICanTell, IActorRef, Func{T, object}, Func{Exception, object})"/>
    public static async Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null)
    {
        try
        {
            await (useConfigureAwait ? taskToPipe.ConfigureAwait(true) : taskToPipe.Detached());
            if (success is not null)
                recipient.Tell(success(), sender);
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }

    /// <inheritdoc cref="PipeTo{T}(Task{T}, ICanTell, IActorRef, Func{T, object}, Func{Exception, object})"/>
    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<T, object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, false, sender, success, failure);

    /// <inheritdoc cref="PipeTo{T}(Task{T}, ICanTell, IActorRef, Func{T, object}, Func{Exception, object})"/>
    public static Task PipeTo(
        this ValueTask taskToPipe, ICanTell recipient, IActorRef? sender = null, Func<object>? success = null, Func<Exception, object>? failure = null) =>
        PipeTo(taskToPipe.AsTask(), recipient, false, sender, success, failure);
}
