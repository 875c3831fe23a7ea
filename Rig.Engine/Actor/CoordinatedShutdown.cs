using System.Collections.Concurrent;
using Rig.Engine.Configuration;
using Rig.Engine.Dispatch;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>
/// Ends a system in phases, each after those it depends on (<c>akka.coordinated-shutdown.phases</c>). The tasks of a
/// phase run at the same time, within its timeout; a failed or late phase is logged and the next begins, unless its
/// <c>recover</c> is off.
/// </summary>
public sealed class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly ActorSystemImpl _system;
    private readonly Dictionary<string, Phase> _phases;
    private readonly string[] _order;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(string Name, Func<Task<Done>> Run)>> _tasks = new();
    private readonly Lock _gate = new();
    private Task<Done>? _running;

    internal CoordinatedShutdown(ExtendedActorSystem system)
    {
        _system = (ActorSystemImpl)system;
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown");
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout", TimeSpan.FromSeconds(5));
        var phases = config.GetConfig("phases");
        _phases = phases.Keys.ToDictionary(name => name, name => Phase.From(phases.GetConfig(name), defaultTimeout));
        _order = Sort(_phases);
        if (system.Settings.CoordinatedShutdownTerminateActorSystem)
        {
            AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
            {
                await _system.TerminateAsync().Detached();
                return Done.Instance;
            });
        }
    }

    public ExtendedActorSystem System => _system;

    /// <summary>Why it runs; null before.</summary>
    public Reason ShutdownReason { get; private set; } = null!;

    public TimeSpan TotalTimeout => _phases.Values.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Timeout);

    public static CoordinatedShutdown Get(ActorSystem sys) => sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();

    public TimeSpan Timeout(string phase) => PhaseNamed(phase).Timeout;

    /// <exception cref="ArgumentException">The phase is not configured.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        _ = PhaseNamed(phase);
        _tasks.GetOrAdd(phase, _ => new ConcurrentQueue<(string, Func<Task<Done>>)>()).Enqueue((taskName, task));
    }

    /// <summary>Runs all phases, or those from <paramref name="fromPhase"/> on. Later calls give the first one's task.</summary>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        var completion = new TaskCompletionSource<Done>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_running is not null)
                return _running;
            _running = completion.Task;
            ShutdownReason = reason;
        }

        var first = fromPhase is null ? 0 : Array.IndexOf(_order, fromPhase);
        if (first < 0)
            throw new ArgumentException($"Phase '{fromPhase}' is not configured in akka.coordinated-shutdown.phases.", nameof(fromPhase));
        // From here on outside any actor: the caller may be an actor that this stops.
        _ = Background.Run(() => RunPhasesAsync(_order[first..], completion));
        return completion.Task;
    }

    internal static void RunOnProcessExit(ActorSystemImpl system)
    {
        void OnExit(object? sender, EventArgs e)
        {
            var shutdown = Get(system);
            shutdown.Run(ClrExitReason.Instance).Wait(shutdown.TotalTimeout);
        }

        AppDomain.CurrentDomain.ProcessExit += OnExit;
        system.RegisterOnTermination(() => AppDomain.CurrentDomain.ProcessExit -= OnExit);
    }

    private async Task RunPhasesAsync(string[] names, TaskCompletionSource<Done> completion)
    {
        foreach (var name in names)
        {
            var phase = _phases[name];
            if (!phase.Enabled || !_tasks.TryGetValue(name, out var tasks))
                continue;
            try
            {
                await Task.WhenAll(tasks.Select(task => RunTaskAsync(name, task, phase.Recover)))
                    .WaitAsync(phase.Timeout, _system.Runtime.Time).Detached();
            }
            catch (TimeoutException) when (phase.Recover)
            {
                _system.Log.Warning("Coordinated shutdown: phase {0} did not end within {1}; going on with the next.", name, phase.Timeout);
            }
            catch (Exception cause)
            {
                completion.TrySetException(cause);
                return;
            }
        }

        completion.TrySetResult(Done.Instance);
    }

    private async Task RunTaskAsync(string phase, (string Name, Func<Task<Done>> Run) task, bool recover)
    {
        try
        {
            await task.Run().Detached();
        }
        catch (Exception cause) when (recover)
        {
            _system.Log.Warning(cause, "Coordinated shutdown: task {0} of phase {1} failed: {2}", task.Name, phase, cause.Message);
        }
    }

    private Phase PhaseNamed(string name) => _phases.TryGetValue(name, out var phase)
        ? phase
        : throw new ArgumentException($"Phase '{name}' is not configured. Configured are: {string.Join(", ", _order)}.", nameof(name));

    private static string[] Sort(Dictionary<string, Phase> phases)
    {
        var order = new List<string>();
        var open = new HashSet<string>();
        foreach (var name in phases.Keys.Order(StringComparer.Ordinal))
            Visit(name);
        return [.. order];

        void Visit(string name)
        {
            if (order.Contains(name))
                return;
            if (!open.Add(name))
                throw new ConfigurationException($"akka.coordinated-shutdown.phases: phase '{name}' depends on itself.");
            if (phases.TryGetValue(name, out var phase))
            {
                foreach (var dependency in phase.DependsOn)
                    Visit(dependency);
                order.Add(name);
            }
        }
    }

    /// <summary>Why a shutdown runs.</summary>
    public class Reason
    {
        protected Reason()
        {
        }
    }

    public class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason()
        {
        }
    }

    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason()
        {
        }
    }

    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason()
        {
        }
    }

    public class ClusterDowningReason : Reason
    {
        public static readonly Reason Instance = new ClusterDowningReason();

        private ClusterDowningReason()
        {
        }
    }

    public class ClusterLeavingReason : Reason
    {
        public static readonly Reason Instance = new ClusterLeavingReason();

        private ClusterLeavingReason()
        {
        }
    }

    public class ClusterJoinUnsuccessfulReason : Reason
    {
        public static readonly Reason Instance = new ClusterJoinUnsuccessfulReason();

        private ClusterJoinUnsuccessfulReason()
        {
        }
    }

    private sealed record Phase(IReadOnlyList<string> DependsOn, TimeSpan Timeout, bool Recover, bool Enabled)
    {
        public static Phase From(Config config, TimeSpan defaultTimeout) => new(
            [.. config.GetStringList("depends-on")],
            config.GetTimeSpan("timeout", defaultTimeout),
            config.GetBoolean("recover", true),
            config.GetBoolean("enabled", true));
    }
}
