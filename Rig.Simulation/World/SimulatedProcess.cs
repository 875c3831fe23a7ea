using Akka.Dispatch;

namespace Rig.Simulation.World;

/// <summary>
/// One life of a program on a machine. Its mailboxes, timers and tasks stop for good when it is killed, and stand still while it is
/// paused.
/// </summary>
/// <remarks>
/// What its actors left to the thread pool does run after a kill and during a pause, in an order that the seed decides: it ends in
/// messages to actors, which nobody handles, and in ports of the scenario, which ask <see cref="IsAlive"/>.
/// </remarks>
internal sealed class SimulatedProcess
{
    private readonly ProcessTasks tasks;
    private List<Runnable>? held;

    internal SimulatedProcess(SimulatedMachine machine)
    {
        Machine = machine;
        Id = machine.World.Register(this);
        Time = new ProcessTime(this);
        tasks = new ProcessTasks(this);
    }

    public SimulatedMachine Machine { get; }

    public int Id { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused => held is not null;

    /// <summary>The machine's clock, with timers that end with the process.</summary>
    public TimeProvider Time { get; }

    /// <summary>Where code of this process that is no actor's runs, as on its thread pool.</summary>
    public TaskScheduler Scheduler => tasks;

    private SimulatedWorld World => Machine.World;

    /// <summary>
    /// Makes an actor system that lives in this process: on its clock, its mailboxes in the world's order, its remoting over the
    /// world's network. It takes no time. Ends with null where the process is killed meanwhile.
    /// </summary>
    /// <param name="wire">Starts its actors.</param>
    public Task<ActorSystem> CreateSystemAsync(string name, Config config, Action<ActorSystem> wire)
    {
        var made = new TaskCompletionSource<ActorSystem>(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorSystem? system = null;
        World.Starts.Run(
            this,
            () =>
            {
                system = ActorSystem.Create(name, SystemOverrides.For(this).WithFallback(config));
                LogToTrace.Attach(Machine, system);
                wire(system);
            },
            error =>
            {
                if (error is null)
                {
                    made.SetResult(system!);
                }
                else
                {
                    made.SetException(error);
                }
            });
        return made.Task;
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
        {
            throw new InvalidOperationException($"The process on {Machine.Name} has ended.");
        }

        var task = new Task<T>(function);
        tasks.Execute(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Queues code of this process that is no actor's.</summary>
    internal void Post(Action action) => Enqueue(new Task(action));

    internal void Enqueue(object work)
    {
        if (!IsAlive)
        {
            return;
        }

        var runnable = new Runnable(this, work);
        if (held is null)
        {
            World.Enqueue(runnable);
        }
        else
        {
            held.Add(runnable);
        }
    }

    internal void Execute(in Runnable runnable)
    {
        switch (runnable.Work)
        {
            case IRunnable work:
                work.Run();
                break;
            case Task { Status: TaskStatus.Created } posted:
                tasks.Execute(posted);
                // An exception of a continuation is its task's; one that leaves a callback would end a real process.
                posted.GetAwaiter().GetResult();
                break;
            case Task task:
                tasks.Execute(task);
                break;
            default:
                ((Action)runnable.Work)();
                break;
        }
    }

    internal void Pause()
    {
        if (IsAlive)
        {
            held ??= World.TakeRunnables(this);
        }
    }

    internal void Resume()
    {
        if (held is not { } waiting)
        {
            return;
        }

        held = null;
        World.Enqueue(waiting);
    }

    internal void Kill()
    {
        IsAlive = false;
        held = null;
        World.TakeRunnables(this);
    }

    /// <summary>The scheduler that code of the process that is no actor's runs under, so that what it awaits comes back to it.</summary>
    private sealed class ProcessTasks(SimulatedProcess process) : TaskScheduler
    {
        private Task? starting;

        public override int MaximumConcurrencyLevel => 1;

        public void Execute(Task task)
        {
            if (task.Status != TaskStatus.Created)
            {
                TryExecuteTask(task);
                return;
            }

            starting = task;
            task.RunSynchronously(this);
        }

        protected override void QueueTask(Task task) => process.Enqueue(task);

        // What Execute starts, and what goes on in the same piece of work.
        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        {
            if (taskWasPreviouslyQueued || !(ReferenceEquals(task, starting) || ReferenceEquals(Current, this)))
            {
                return false;
            }

            starting = null;
            return TryExecuteTask(task);
        }

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
