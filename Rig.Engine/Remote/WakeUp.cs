using System.Threading.Tasks.Sources;

namespace Rig.Engine.Remote;

/// <summary>
/// Wakes the one task that waits; a signal that nobody waits for is kept, and several count as one. The waiter goes on where its
/// caller's context says, which <see cref="SemaphoreSlim"/> does not promise and a simulation needs.
/// </summary>
internal sealed class WakeUp : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private bool _signalled;
    private bool _waiting;

    public void Set()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _signalled = true;
                return;
            }

            _waiting = false;
        }

        _core.SetResult(true);
    }

    /// <summary>One caller at a time.</summary>
    /// <exception cref="OperationCanceledException">Nobody signalled before the token was cancelled.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            if (_signalled)
            {
                _signalled = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            _waiting = true;
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static state => ((WakeUp)state!).Cancel(), this);
            return new ValueTask(this, _core.Version);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _registration.Dispose();
        _core.GetResult(token);
    }

    private void Cancel()
    {
        lock (_gate)
        {
            if (!_waiting)
                return;
            _waiting = false;
        }

        _core.SetException(new OperationCanceledException(_token));
    }
}
