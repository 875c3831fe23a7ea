namespace Rig.Engine.Actor;

/// <summary>A <see cref="ICancelable"/> that takes its scheduler entries out at once, so that nothing lingers until it is due.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private readonly Lock _gate = new();
    private List<Action>? _onCancel;
    private CancellationTokenSource? _source;
    private bool _canceled;

    public Cancelable(IActionScheduler scheduler) => _scheduler = scheduler;

    public Cancelable(IActionScheduler scheduler, TimeSpan delay)
        : this(scheduler) => CancelAfter(delay);

    public Cancelable(IScheduler scheduler)
        : this(scheduler.Advanced)
    {
    }

    public Cancelable(IScheduler scheduler, TimeSpan delay)
        : this(scheduler.Advanced, delay)
    {
    }

    public bool IsCancellationRequested => Volatile.Read(ref _canceled);

    public bool IsDisposed { get; private set; }

    public CancellationToken Token
    {
        get
        {
            lock (_gate)
            {
                _source ??= new CancellationTokenSource();
                if (_canceled)
                    _source.Cancel();
                return _source.Token;
            }
        }
    }

    public static ICancelable CreateCanceled()
    {
        var cancelable = new Cancelable(NoScheduler.Instance);
        cancelable.Cancel();
        return cancelable;
    }

    public void Cancel() => Cancel(false);

    public void Cancel(bool throwOnFirstException)
    {
        List<Action>? onCancel;
        CancellationTokenSource? source;
        lock (_gate)
        {
            if (_canceled)
                return;
            _canceled = true;
            onCancel = _onCancel;
            _onCancel = null;
            source = _source;
        }

        onCancel?.ForEach(action => action());
        source?.Cancel(throwOnFirstException);
    }

    public void CancelAfter(TimeSpan delay) => _scheduler.ScheduleOnce(delay, Cancel, this);

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || IsDisposed)
            return;
        IsDisposed = true;
        _source?.Dispose();
    }

    /// <summary>Runs at cancellation, or now if it is too late.</summary>
    internal void OnCancel(Action action)
    {
        lock (_gate)
        {
            if (!_canceled)
            {
                (_onCancel ??= new List<Action>(1)).Add(action);
                return;
            }
        }

        action();
    }

    /// <summary>The entry of a repeated schedule is replaced by its next one.</summary>
    internal void Forget(Action action)
    {
        lock (_gate)
            _onCancel?.Remove(action);
    }

    private sealed class NoScheduler : IActionScheduler
    {
        public static readonly NoScheduler Instance = new();

        public void ScheduleOnce(TimeSpan delay, Action action)
        {
        }

        public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable)
        {
        }

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action)
        {
        }

        public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable)
        {
        }
    }
}
