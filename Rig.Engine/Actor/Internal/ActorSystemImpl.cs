using System.Text;
using System.Text.RegularExpressions;
using Rig.Engine.Configuration;
using Rig.Engine.Dispatch;
using Rig.Engine.Event;
using Rig.Engine.Util;

namespace Rig.Engine.Actor;

/// <summary>The one implementation of <see cref="ExtendedActorSystem"/>: wires the parts and orders start and end.</summary>
internal sealed partial class ActorSystemImpl : ExtendedActorSystem
{
    private readonly string _name;
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<Action> _onTermination = new();
    private readonly Lock _gate = new();
    private readonly ExtensionRegistry _extensions;
    private readonly IActorRefProvider _provider;
    private readonly LoggerHost _loggers;
    private readonly long _start;
    private Serialization.Serialization? _serialization;
    private bool _stopping;

    private ActorSystemImpl(string name, Setup.ActorSystemSetup setup)
    {
        _name = name;
        Setup = setup;
        Runtime = setup.Get<EngineRuntimeSetup>() is { HasValue: true } given ? given.Value.Runtime : EngineRuntime.System;
        _start = Runtime.Time.GetTimestamp();
        var bootstrap = setup.Get<BootstrapSetup>();
        var config = bootstrap is { HasValue: true, Value.Config.HasValue: true } ? bootstrap.Value.Config.Value : ConfigurationFactory.Load();
        Settings = new Settings(this, config.WithFallback(ConfigurationFactory.Default()));
        EventStream = new EventStream(Settings.Config.GetBoolean("akka.actor.debug.event-stream"));
        EventStream.SetLogLevel(Logging.LogLevelFor(Settings.LogLevel));
        EventStream.UseClock(Runtime.Time);
        Log = new BusLogging(EventStream, $"ActorSystem({name})", typeof(ActorSystem), DefaultLogMessageFormatter.Instance);
        EngineScheduler = new EngineScheduler(Runtime.Time, cause => Log.Error(cause, "A scheduled action failed: {0}", cause.Message));
        TestScheduler = CreateScheduler();
        Dispatchers = new Dispatchers(Settings.Config, Runtime);
        _extensions = new ExtensionRegistry(this);
        _loggers = new LoggerHost(this);
        _provider = CreateProvider();
    }

    public EngineRuntime Runtime { get; }

    public Setup.ActorSystemSetup Setup { get; }

    public Dispatchers Dispatchers { get; }

    public EngineScheduler EngineScheduler { get; }

    public override Settings Settings { get; }

    public override EventStream EventStream { get; }

    public override ILoggingAdapter Log { get; }

    public override IScheduler Scheduler => TestScheduler ?? EngineScheduler;

    public override IActorRef DeadLetters => _provider.DeadLetters;

    // Made on first use: a system without remoting may never need it, and serializers may need the started system.
    public override Serialization.Serialization Serialization
    {
        get
        {
            if (Volatile.Read(ref _serialization) is { } made)
                return made;
            lock (_gate)
                return _serialization ??= new Serialization.Serialization(this);
        }
    }

    public override Task WhenTerminated => _terminated.Task;

    public override TimeSpan Uptime => Runtime.Time.GetElapsedTime(_start);

    internal override IActorRefProvider Provider => _provider;

    private protected override string NameCore => _name;

    private IScheduler? TestScheduler { get; }

    public static ActorSystemImpl CreateAndStart(string name, Setup.ActorSystemSetup setup)
    {
        if (name is null || !ValidName().IsMatch(name))
        {
            throw new ArgumentException(
                $"'{name}' cannot name an actor system. Use letters, digits, '-' and '_', beginning with a letter or digit.", nameof(name));
        }

        var system = new ActorSystemImpl(name, setup);
        try
        {
            system._provider.Init(system);
            system._loggers.Start();
            system._provider.Start();
            system.LoadExtensions();
            if (system.Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook"))
                CoordinatedShutdown.RunOnProcessExit(system);
        }
        catch
        {
            _ = system.TerminateAsync();
            throw;
        }

        return system;
    }

    public override IActorRef ActorOf(Props props, string? name = null) => _provider.Guardian.Cell.AttachChild(props, name);

    public override IActorRef SystemActorOf(Props props, string? name = null) => _provider.SystemGuardian.Cell.AttachChild(props, name);

    public override IActorRef SystemActorOf<TActor>(string? name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override void Stop(IActorRef actor)
    {
        if (actor is IInternalActorRef internalRef)
            internalRef.Stop();
    }

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            _ = RunCoordinatedShutdownAsync();
        else
            _ = TerminateAsync();
        return WhenTerminated;
    }

    public override void Abort() => _ = TerminateAsync();

    public override void RegisterOnTermination(Action code)
    {
        lock (_gate)
        {
            if (!_terminated.Task.IsCompleted)
            {
                _onTermination.Push(code);
                return;
            }
        }

        code();
    }

    public override object RegisterExtension(IExtensionId extension) => _extensions.Register(extension);

    public override object GetExtension(IExtensionId extensionId) => _extensions.Register(extensionId);

    public override T GetExtension<T>() => TryGetExtension<T>(out var extension)
        ? extension!
        : throw new ArgumentException($"No extension {typeof(T).Name} is registered. Register it with RegisterExtension first.");

    public override bool HasExtension<T>() => _extensions.TryGet(typeof(T), out _);

    public override bool TryGetExtension<T>(out T? extension)
        where T : class
    {
        var found = _extensions.TryGet(typeof(T), out var untyped);
        extension = untyped as T;
        return found;
    }

    public override string PrintTree()
    {
        var text = new StringBuilder();
        Print((LocalActorRef)_provider.RootGuardian, 0);
        return text.ToString();

        void Print(LocalActorRef actor, int depth)
        {
            var name = depth == 0 ? "/" : actor.Path.Name;
            text.Append(' ', depth * 2).Append(name).Append(" (").Append(actor.Cell.Props.Type.Name).Append(')').AppendLine();
            foreach (var child in actor.Cell.SnapshotChildren().OrderBy(child => child.Path.Name, StringComparer.Ordinal))
                Print(child, depth + 1);
        }
    }

    public override string ToString() => $"akka://{_name}";

    internal void OnGuardianFailure(Exception cause)
    {
        Log.Error(cause, "A failure was escalated to the top. The actor system {0} is shut down.", _name);
        _ = TerminateAsync();
    }

    /// <summary>A life-cycle note of an actor; debug notes only when <c>akka.actor.debug.lifecycle</c> asks for them.</summary>
    internal void Publish(LogLevel level, IActorRef source, Type type, string message, Exception? cause = null)
    {
        if (level == LogLevel.DebugLevel && !Settings.DebugLifecycle)
            return;
        new BusLogging(EventStream, source.Path.ToString(), type, DefaultLogMessageFormatter.Instance).Log(level, cause, "{0}", message);
    }

    /// <summary>Users' actors first, then the system's, the transport, the root, the clock; then the callbacks.</summary>
    internal async Task TerminateAsync()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
        }

        try
        {
            if (_provider is { RootGuardian: not null, Guardian: not null, SystemGuardian: not null })
            {
                await StopAsync(_provider.Guardian).Detached();
                await _loggers.FlushAsync().Detached();
                await StopAsync(_provider.SystemGuardian).Detached();
                await _provider.ShutdownAsync().Detached();
                await StopAsync(_provider.RootGuardian).Detached();
            }
        }
        catch (Exception cause)
        {
            Log.Error(cause, "The actor system {0} did not stop cleanly: {1}", _name, cause.Message);
        }

        EngineScheduler.Dispose();
        (TestScheduler as IDisposable)?.Dispose();
        while (TryPopCallback(out var callback))
        {
            try
            {
                callback();
            }
            catch (Exception cause)
            {
                Log.Error(cause, "A termination callback of {0} failed: {1}", _name, cause.Message);
            }
        }

        _terminated.TrySetResult();
    }

    private async Task RunCoordinatedShutdownAsync()
    {
        try
        {
            await CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance).Detached();
        }
        catch (Exception cause)
        {
            Log.Error(cause, "Coordinated shutdown of {0} failed: {1}", _name, cause.Message);
        }

        await TerminateAsync().Detached();
    }

    private static async Task StopAsync(IInternalActorRef actor)
    {
        var gone = DeathPromise.Of(actor).Task;
        actor.Stop();
        await gone.Detached();
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_-]*$")]
    private static partial Regex ValidName();

    private bool TryPopCallback(out Action callback)
    {
        lock (_gate)
            return _onTermination.TryPop(out callback!);
    }

    private IScheduler? CreateScheduler()
    {
        var name = Settings.Config.GetString("akka.scheduler.implementation", "");
        if (name.Length == 0 || name.Contains("HashedWheelTimerScheduler", StringComparison.Ordinal))
            return null;
        var type = TypeNames.Resolve(name, "akka.scheduler.implementation");
        return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log)!;
    }

    private IActorRefProvider CreateProvider()
    {
        var type = Settings.ProviderClass switch
        {
            "local" => typeof(LocalActorRefProvider),
            "remote" => TypeNames.Resolve("Akka.Remote.RemoteActorRefProvider, Akka.Remote", "akka.actor.provider"),
            "cluster" => TypeNames.Resolve("Akka.Cluster.ClusterActorRefProvider, Akka.Cluster", "akka.actor.provider"),
            var name => TypeNames.Resolve(name, "akka.actor.provider"),
        };
        return (IActorRefProvider)Activator.CreateInstance(type, _name, this)!;
    }

    private void LoadExtensions()
    {
        foreach (var name in Settings.Config.GetStringList("akka.extensions"))
        {
            var type = TypeNames.Resolve(name, "akka.extensions");
            if (Activator.CreateInstance(type) is not IExtensionId id)
                throw new ConfigurationException($"akka.extensions names {name}, which is no extension id. Name a class derived from ExtensionIdProvider.");
            RegisterExtension(id);
        }
    }
}
