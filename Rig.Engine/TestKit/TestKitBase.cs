using System.Linq.Expressions;
using Rig.Engine.Actor;
using Rig.Engine.Actor.Setup;
using Rig.Engine.Configuration;
using Rig.Engine.Event;
using Rig.Engine.TestKit.Internal;

namespace Rig.Engine.TestKit;

/// <summary>
/// A test's view of an actor system: a test actor that receives for it, and expectations on what it received. Times
/// without an argument come from <c>akka.test</c>.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private readonly TestQueue _queue = new();
    private TimeSpan? _end;
    private MessageEnvelope? _last;

    private protected TestKitBase(ActorSystem? system, ActorSystemSetup? setup, string? actorSystemName, string? testActorName)
    {
        OwnsSystem = system is null;
        Sys = system ?? ActorSystem.Create(actorSystemName ?? "test", WithDefaults(setup ?? ActorSystemSetup.Empty));
        TestKitSettings = new TestKitSettings(Sys.Settings.Config);
        TestActor = ((ExtendedActorSystem)Sys).SystemActorOf(
            Props.Create(typeof(TestActorImpl), () => new TestActorImpl(_queue)), testActorName ?? NextName());
        EventFilter = new EventFilterFactory(this, Sys);
        Log = Logging.GetLogger(Sys, GetType());
    }

    public static Config DefaultConfig { get; } = ConfigurationFactory.ParseString("""
        akka.loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        """);

    public ActorSystem Sys { get; }

    /// <summary>The sender of what the test tells.</summary>
    public IActorRef TestActor { get; }

    public TestKitSettings TestKitSettings { get; }

    public EventFilterFactory EventFilter { get; }

    public ILoggingAdapter Log { get; }

    public bool HasMessages => !_queue.IsEmpty;

    public object LastMessage => _last?.Message!;

    /// <summary>Who sent the message that was looked at last.</summary>
    public IActorRef LastSender => _last?.Sender ?? Sys.DeadLetters;

    /// <summary>What is left of the innermost <c>Within</c>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TimeSpan Remaining => _end is { } end
        ? Positive(end - Now)
        : throw new InvalidOperationException("Remaining has a value only inside Within.");

    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    /// <summary>A clock that never steps.</summary>
    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    private protected bool OwnsSystem { get; }

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    public IActorRef ActorOf(Props props) => Sys.ActorOf(props);

    public IActorRef ActorOf(Props props, string? name) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>()
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>());

    public IActorRef ActorOf<TActor>(string name)
        where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory));

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string name)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, name);

    /// <summary>The test actor watches: <see cref="ExpectTerminated"/> tells of the end.</summary>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        TestActor.Ask<TestActorImpl.WatchFor>(new TestActorImpl.WatchFor(actorToWatch), RemainingOrDefault).GetAwaiter().GetResult();
        return actorToWatch;
    }

    public async Task<IActorRef> WatchAsync(IActorRef actorToWatch)
    {
        await TestActor.Ask<TestActorImpl.WatchFor>(new TestActorImpl.WatchFor(actorToWatch), RemainingOrDefault).ConfigureAwait(false);
        return actorToWatch;
    }

    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Ask<TestActorImpl.UnwatchFor>(new TestActorImpl.UnwatchFor(actorToUnwatch), RemainingOrDefault).GetAwaiter().GetResult();
        return actorToUnwatch;
    }

    public async Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch)
    {
        await TestActor.Ask<TestActorImpl.UnwatchFor>(new TestActorImpl.UnwatchFor(actorToUnwatch), RemainingOrDefault).ConfigureAwait(false);
        return actorToUnwatch;
    }

    /// <summary>Makes an actor whose parent is the test actor.</summary>
    public IActorRef ChildActorOf(Props props, CancellationToken cancellationToken = default) => ChildOf(props, null, cancellationToken);

    public IActorRef ChildActorOf(Props props, string name, CancellationToken cancellationToken = default) => ChildOf(props, name, cancellationToken);

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new TestActorImpl.SetPilot(pilot));

    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => TestActor.Tell(new TestActorImpl.SetIgnore(shouldIgnoreMessage));

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) => IgnoreMessages(message => message is TMsg typed && shouldIgnoreMessage(typed));

    public void IgnoreMessages<TMsg>() => IgnoreMessages(message => message is TMsg);

    public void IgnoreNoMessages() => IgnoreMessages(_ => false);

    /// <summary>The duration times <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration switch
    {
        null => RemainingOrDefault,
        { } given when given == Timeout.InfiniteTimeSpan => given,
        { } given when given < TimeSpan.Zero => throw new ArgumentException("A duration must not be negative.", nameof(duration)),
        { } given => Dilated(given),
    };

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? Dilated(TimeSpan.FromSeconds(5));
        if (!system.Terminate().Wait(limit) && verifySystemShutdown)
            Fail($"Actor system {system.Name} did not end within {limit}:{Environment.NewLine}{((ExtendedActorSystem)system).PrintTree()}");
    }

    protected TimeSpan RemainingOr(TimeSpan duration) => _end is { } end ? Positive(end - Now) : duration;

    private protected static void Fail(string message, Exception? cause = null) => throw new AssertionFailedException(message, cause);

    private protected void DisposeQueue() => _queue.Dispose();

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private static ActorSystemSetup WithDefaults(ActorSystemSetup setup)
    {
        var bootstrap = setup.Get<BootstrapSetup>() is { HasValue: true } given ? given.Value : BootstrapSetup.Create();
        return setup.WithSetup(bootstrap.WithConfigFallback(DefaultConfig));
    }

    private IActorRef ChildOf(Props props, string? name, CancellationToken cancellationToken) =>
        TestActor.Ask<IActorRef>(new TestActorImpl.MakeChild(props, name), RemainingOrDefault, cancellationToken).GetAwaiter().GetResult();

    private static string NextName() => $"testActor{Interlocked.Increment(ref _testActors)}";

    private static int _testActors;
}
