namespace Rig.Engine.Actor;

// The receive timeout: one timer that looks at the time of the last message when it fires, so that a message costs no re-arming.
internal sealed partial class ActorCell
{
    public TimeSpan? ReceiveTimeout => _extras?.ReceiveTimeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is null && _extras is null)
            return;
        var extras = Extras;
        extras.ReceiveTimeout = timeout;
        extras.ReceiveTimeoutTimer?.Cancel();
        extras.ReceiveTimeoutTimer = timeout is { } silence ? new ReceiveTimeoutTimer(this, silence) : null;
    }

    private static void AfterReceive(CellExtras extras, object message)
    {
        if (message is INotInfluenceReceiveTimeout)
            return;
        extras.ReceiveTimeoutTimer?.Touch(restart: message is Rig.Engine.Actor.ReceiveTimeout);
    }

    private sealed class ReceiveTimeoutTimer
    {
        private readonly ActorCell _cell;
        private readonly TimeSpan _silence;
        private readonly IScheduler _scheduler;
        private readonly Cancelable _cancelable;
        private long _lastMessage;

        public ReceiveTimeoutTimer(ActorCell cell, TimeSpan silence)
        {
            _cell = cell;
            _silence = silence;
            _scheduler = cell._system.Scheduler;
            _cancelable = new Cancelable(_scheduler.Advanced);
            _lastMessage = _scheduler.MonotonicClock.Ticks;
            Arm(silence);
        }

        public void Touch(bool restart)
        {
            Volatile.Write(ref _lastMessage, _scheduler.MonotonicClock.Ticks);
            if (restart)
                Arm(_silence);
        }

        public void Cancel() => _cancelable.Cancel();

        private void Arm(TimeSpan delay) => _scheduler.Advanced.ScheduleOnce(delay, OnDue, _cancelable);

        private void OnDue()
        {
            var left = _silence - (_scheduler.MonotonicClock - TimeSpan.FromTicks(Volatile.Read(ref _lastMessage)));
            if (left > TimeSpan.Zero)
                Arm(left);
            else
                _cell._self.Tell(Rig.Engine.Actor.ReceiveTimeout.Instance, null);
        }
    }
}
