using Rig.Engine.Actor;
using Rig.Engine.Actor.Setup;
using Rig.Engine.Dispatch;
using Rig.Engine.Remote;

namespace Rig.Engine.Simulation;

/// <summary>
/// One life of a program on a machine. All that belongs to it, mailboxes, continuations and timers, stops for good when it is
/// killed, without any of its code running, and stands still while it is paused.
/// </summary>
internal sealed class SimulatedProcess
{
    private readonly ProcessScheduler _scheduler;
    private readonly SimulatedRuntime _runtime;
    private List<Runnable>? _held;

    internal SimulatedProcess(SimulatedMachine machine, int id)
    {
        Machine = machine;
        Id = id;
        Time = new ProcessTime(this);
        PipeScheduler = new ProcessPipeScheduler(this);
        _scheduler = new ProcessScheduler(this);
        _runtime = new SimulatedRuntime(this);
    }

    public SimulatedMachine Machine { get; }

    public int Id { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused => _held is not null;

    /// <summary>The machine's clock, with timers that end with the process.</summary>
    public TimeProvider Time { get; }

    /// <summary>Where code of this process that is no actor's runs, as on its thread pool.</summary>
    public TaskScheduler Scheduler => _scheduler;

    internal System.IO.Pipelines.PipeScheduler PipeScheduler { get; }

    private SimulatedWorld World => Machine.World;

    /// <summary>Makes an actor system that lives in this process: on its clock, its mailboxes in the world's order, its remoting over the world's network.</summary>
    public ActorSystem CreateSystem(string name, Configuration.Config config)
    {
        var setup = ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(config),
            new EngineRuntimeSetup(_runtime),
            new RemoteTransportSetup(settings => new SimulatedTransport(this, settings.PublicHostname, settings.Port)));
        var system = Run(() => ActorSystem.Create(name, setup));
        if (World.Trace.LogLevel is { } level)
            LogToTrace.Attach(Machine, system, level);
        return system;
    }

    /// <summary>Runs code as this process, at once: what it starts belongs to the process.</summary>
    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    /// <inheritdoc cref="Run(Action)"/>
    public T Run<T>(Func<T> function)
    {
        if (!IsAlive)
            throw new InvalidOperationException($"The process on {Machine.Name} has ended.");
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var task = new Task<T>(function);
        try
        {
            RunTask(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Queues code of this process.</summary>
    internal void Post(Action<object?> action, object? state) => Enqueue(action, state);

    internal void Enqueue(object work, object? state)
    {
        if (!IsAlive)
            return;
        var runnable = new Runnable(this, work, state);
        if (_held is null)
            World.Enqueue(runnable);
        else
            _held.Add(runnable);
    }

    internal void Execute(in Runnable runnable)
    {
        var task = runnable.Work as Task ?? (runnable.Work is Mailbox mailbox
            ? new Task(static state => ((Mailbox)state!).RunTurn(), mailbox)
            : new Task((Action<object?>)runnable.Work, runnable.State));
        RunTask(task);
        // An exception of a continuation is its task's; one that leaves a callback would end a real process.
        if (!ReferenceEquals(task, runnable.Work))
            task.GetAwaiter().GetResult();
    }

    internal void Pause()
    {
        if (IsAlive)
            _held ??= World.TakeRunnables(this);
    }

    internal void Resume()
    {
        if (_held is not { } held)
            return;
        _held = null;
        foreach (var runnable in held)
            World.Enqueue(runnable);
    }

    internal void Kill()
    {
        IsAlive = false;
        _held = null;
        World.TakeRunnables(this);
    }

    private void RunTask(Task task)
    {
        var outer = Background.Owner;
        Background.Owner = _scheduler;
        try
        {
            _scheduler.Execute(task);
        }
        finally
        {
            Background.Owner = outer;
        }
    }

    /// <summary>The scheduler that every piece of the process runs under, so that what it awaits comes back to it.</summary>
    private sealed class ProcessScheduler(SimulatedProcess process) : TaskScheduler
    {
        private Task? _starting;

        public override int MaximumConcurrencyLevel => 1;

        public void Execute(Task task)
        {
            if (task.Status != TaskStatus.Created)
            {
                TryExecuteTask(task);
                return;
            }

            _starting = task;
            task.RunSynchronously(this);
        }

        protected override void QueueTask(Task task) => process.Enqueue(task, null);

        // What Execute starts, and what goes on in the same piece of work. Whether the thread is one of the pool's, which .NET
        // looks at before it asks here, must make no difference.
        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        {
            if (taskWasPreviouslyQueued || !(ReferenceEquals(task, _starting) || ReferenceEquals(Current, this)))
                return false;
            _starting = null;
            return TryExecuteTask(task);
        }

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }

    private sealed class ProcessPipeScheduler(SimulatedProcess process) : System.IO.Pipelines.PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state) => process.Enqueue(action, state);
    }

    private sealed class SimulatedRuntime(SimulatedProcess process) : EngineRuntime(process.Time, process.World.NewRandom())
    {
        public override MessageDispatcher CreateDispatcher(string id, int throughput) => new ProcessDispatcher(process, id, throughput);
    }

    private sealed class ProcessDispatcher(SimulatedProcess process, string id, int throughput) : MessageDispatcher(id, throughput)
    {
        public override void Dispatch(Mailbox mailbox) => process.Enqueue(mailbox, null);
    }
}
