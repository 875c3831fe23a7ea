using Rig.Engine.Actor;

namespace Rig.Engine.Pattern;

/// <summary>
/// Stops calling what keeps failing. Closed: calls pass, and <c>maxFailures</c> failures in a row (a call that takes longer than
/// <c>callTimeout</c> is one) open it. Open: calls fail at once, for <c>resetTimeout</c>. Half-open: one call passes as a trial;
/// its end closes the breaker or opens it again.
/// </summary>
public class CircuitBreaker
{
    private readonly IScheduler _scheduler;
    private readonly int _maxFailures;
    private readonly TimeSpan _callTimeout;
    private readonly TimeSpan _resetTimeout;
    private readonly Lock _gate = new();
    private readonly List<Action> _onOpen = [];
    private State _state = State.Closed;
    private int _failures;
    private int _opened;
    private TimeSpan _closesAt;
    private Exception? _lastFailure;
    private bool _trying;

    public CircuitBreaker(IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFailures, 1);
        (_scheduler, _maxFailures, _callTimeout, _resetTimeout) = (scheduler, maxFailures, callTimeout, resetTimeout);
    }

    private enum State
    {
        Closed,
        Open,
        HalfOpen,
    }

    public bool IsClosed => Current == State.Closed;

    public bool IsOpen => Current == State.Open;

    public bool IsHalfOpen => Current == State.HalfOpen;

    private State Current
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    public static CircuitBreaker Create(IScheduler scheduler, int maxFailures, TimeSpan callTimeout, TimeSpan resetTimeout) =>
        new(scheduler, maxFailures, callTimeout, resetTimeout);

    /// <summary>Called each time the breaker opens, on the thread whose call failed.</summary>
    public CircuitBreaker OnOpen(Action callback)
    {
        lock (_gate)
            _onOpen.Add(callback);
        return this;
    }

    /// <exception cref="OpenCircuitException">The breaker is open; <paramref name="body"/> was not called.</exception>
    /// <exception cref="TimeoutException">The call took longer than the call timeout; its late result is ignored.</exception>
    public async Task<T> WithCircuitBreaker<T>(Func<Task<T>> body)
    {
        Enter();
        try
        {
            var result = await WithTimeout(body()).ConfigureAwait(false);
            Succeeded();
            return result;
        }
        catch (Exception failure)
        {
            Failed(failure);
            throw;
        }
    }

    private void Enter()
    {
        lock (_gate)
        {
            if (_state == State.Open || (_state == State.HalfOpen && _trying))
            {
                var remaining = _state == State.Open ? _closesAt - _scheduler.MonotonicClock : TimeSpan.Zero;
                throw new OpenCircuitException("The circuit breaker is open: calls fail fast.", _lastFailure, remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero);
            }

            _trying = _state == State.HalfOpen;
        }
    }

    private void Succeeded()
    {
        lock (_gate)
        {
            // A call that began before the breaker opened closes nothing.
            if (_state == State.Open)
                return;
            _state = State.Closed;
            _failures = 0;
            _trying = false;
            _lastFailure = null;
        }
    }

    private void Failed(Exception failure)
    {
        Action[] callbacks;
        lock (_gate)
        {
            if (_state == State.Open)
                return;
            _lastFailure = failure;
            if (_state == State.Closed && ++_failures < _maxFailures)
                return;
            _state = State.Open;
            _failures = 0;
            _trying = false;
            _closesAt = _scheduler.MonotonicClock + _resetTimeout;
            var opened = ++_opened;
            _scheduler.Advanced.ScheduleOnce(_resetTimeout, () => HalfOpen(opened));
            callbacks = [.. _onOpen];
        }

        foreach (var callback in callbacks)
            callback();
    }

    private void HalfOpen(int opened)
    {
        lock (_gate)
        {
            if (_state == State.Open && opened == _opened)
                _state = State.HalfOpen;
        }
    }

    private async Task<T> WithTimeout<T>(Task<T> call)
    {
        if (call.IsCompleted)
            return await call.ConfigureAwait(false);
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = new Cancelable(_scheduler.Advanced);
        _scheduler.Advanced.ScheduleOnce(_callTimeout, () => late.TrySetResult(), timer);
        if (await Task.WhenAny(call, late.Task).ConfigureAwait(false) == call)
        {
            timer.Cancel();
            return await call.ConfigureAwait(false);
        }

        // Its failure, should it still come, has been counted already.
        _ = call.ContinueWith(done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw new TimeoutException($"The call took longer than {_callTimeout}.");
    }
}

/// <summary>A call was not made because the <see cref="CircuitBreaker"/> is open.</summary>
/// <param name="message">What to tell.</param>
/// <param name="cause">What the last failed call threw; the inner exception.</param>
/// <param name="remainingDuration">See <see cref="RemainingDuration"/>.</param>
public class OpenCircuitException(string message, Exception? cause, TimeSpan remainingDuration) : AkkaException(message, cause)
{
    /// <summary>How long it stays open; zero while another call is on trial.</summary>
    public TimeSpan RemainingDuration { get; } = remainingDuration;
}
