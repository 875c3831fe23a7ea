using System.Text.RegularExpressions;
using Rig.Engine.Actor;
using Rig.Engine.Event;
using Rig.Engine.TestKit.Internal;

namespace Rig.Engine.TestKit;

/// <summary>Describes log events that a test expects.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _testKit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<Predicate<LogEvent>> _others;

    internal EventFilterFactory(TestKitBase testKit, ActorSystem system, IReadOnlyList<Predicate<LogEvent>>? others = null)
    {
        _testKit = testKit;
        _system = system;
        _others = others ?? [];
    }

    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    public IEventFilterApplier ForLogLevel(
        LogLevel logLevel, string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Custom(entry => entry.LogLevel() == logLevel && Matches(entry, message, start, contains, source));

    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string? source = null) =>
        Custom(entry => entry.LogLevel() == logLevel && pattern.IsMatch(entry.Message.ToString()!) && Matches(entry, null, null, null, source));

    /// <summary>Errors whose cause is of the type.</summary>
    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    public IEventFilterApplier Exception(
        Type exceptionType, string? message = null, string? start = null, string? contains = null, string? source = null, bool checkInnerExceptions = false) =>
        Custom(entry => entry is Error { Cause: { } cause }
            && IsCausedBy(cause, exceptionType, checkInnerExceptions)
            && Matches(entry, message, start, contains, source));

    public IEventFilterApplier DeadLetter() => DeadLetter(typeof(object));

    public IEventFilterApplier DeadLetter<TMessage>(string? source = null) => DeadLetter(typeof(TMessage), source);

    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string? source = null) =>
        DeadLetter(typeof(TMessage), message => isMatch((TMessage)message), source);

    public IEventFilterApplier DeadLetter(Type type, string? source = null) => DeadLetter(type, _ => true, source);

    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string? source = null) =>
        Custom(entry => entry is Warning { Message: DeadLetter letter }
            && type.IsInstanceOfType(letter.Message) && isMatch(letter.Message)
            && (source is null || source == entry.LogSource));

    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => new EventFilterApplier(_testKit, _system, [.. _others, predicate]);

    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Custom(entry => entry is TLogEvent typed && predicate(typed));

    private static bool Matches(LogEvent entry, string? message, string? start, string? contains, string? source)
    {
        var text = entry.Message.ToString()!;
        return (message is null || text == message)
            && (start is null || text.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || text.Contains(contains, StringComparison.Ordinal))
            && (source is null || entry.LogSource == source);
    }

    private static bool IsCausedBy(Exception cause, Type type, bool inner)
    {
        for (var each = cause; each is not null; each = inner ? each.InnerException : null)
        {
            if (type.IsInstanceOfType(each))
                return true;
        }

        return false;
    }
}

/// <summary>Applies a filter to what happens during an action: so many events match, no more and no fewer.</summary>
public interface IEventFilterApplier
{
    /// <summary>Matches one of several filters.</summary>
    EventFilterFactory And { get; }

    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    /// <summary>The events are not shown.</summary>
    void Mute(Action action, CancellationToken cancellationToken = default);
}

internal sealed class EventFilterApplier(TestKitBase testKit, ActorSystem system, IReadOnlyList<Predicate<LogEvent>> predicates) : IEventFilterApplier
{
    public EventFilterFactory And => new(testKit, system, predicates);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) => Expect(1, timeout, action, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Expect(expectedCount, testKit.TestKitSettings.TestEventFilterLeeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        ExpectAsync(
            expectedCount,
            timeout,
            () =>
            {
                action();
                return Task.CompletedTask;
            },
            cancellationToken).GetAwaiter().GetResult();

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) => ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, action, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, testKit.TestKitSettings.TestEventFilterLeeway, actionAsync, cancellationToken);

    public async Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default)
    {
        var filter = new EventCounter(predicates);
        system.EventStream.Publish(new TestEventListener.Install(filter));
        try
        {
            await action().ConfigureAwait(false);
            var limit = testKit.Dilated(timeout);
            if (expectedCount > 0)
                await filter.WaitAsync(expectedCount, limit, cancellationToken).ConfigureAwait(false);
            await TestEventListener.SettleAsync(system, cancellationToken).ConfigureAwait(false);
            if (filter.Count != expectedCount)
                throw new AssertionFailedException($"Expected {expectedCount} log events that fit within {limit}, and {filter.Count} came.");
        }
        finally
        {
            system.EventStream.Publish(new TestEventListener.Remove(filter));
        }
    }

    public void Mute(Action action, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        action();
    }
}

/// <summary>Counts the events that one of the predicates accepts.</summary>
internal sealed class EventCounter(IReadOnlyList<Predicate<LogEvent>> predicates)
{
    private readonly SemaphoreSlim _matched = new(0);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Look(LogEvent entry)
    {
        if (!predicates.Any(predicate => predicate(entry)))
            return;
        Interlocked.Increment(ref _count);
        _matched.Release();
    }

    public async Task WaitAsync(int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = TestKitBase.Now + limit;
        for (var i = 0; i < count; i++)
        {
            var left = end - TestKitBase.Now;
            if (!await _matched.WaitAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left, cancellationToken).ConfigureAwait(false))
                return;
        }
    }
}

/// <summary>The logger of tests: shows events to the filters that are installed. Dead letters and unhandled messages count as warnings.</summary>
internal sealed class TestEventListener : DefaultLogger
{
    private readonly List<EventCounter> _filters = [];

    internal static async Task SettleAsync(ActorSystem system, CancellationToken cancellationToken)
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Publish(new Settle(settled));
        await settled.Task.WaitAsync(TimeSpan.FromSeconds(5), cancellationToken).ConfigureAwait(false);
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                var stream = (EventStream)initialize.LoggingBus;
                foreach (var channel in new[] { typeof(Control), typeof(DeadLetter), typeof(UnhandledMessage) })
                    stream.Subscribe(Self, channel);
                Sender.Tell(new LoggerInitialized());
                return true;
            case Install install:
                _filters.Add(install.Filter);
                return true;
            case Remove remove:
                _filters.Remove(remove.Filter);
                return true;
            case Settle settle:
                settle.Settled.TrySetResult();
                return true;
            case LogEvent entry:
                Print(entry);
                return true;
            case AllDeadLetters letter:
                Print(new Warning(letter.Recipient?.Path.ToString() ?? "deadLetters", GetType(), letter));
                return true;
            default:
                return false;
        }
    }

    protected override void Print(LogEvent logEvent)
    {
        foreach (var filter in _filters)
            filter.Look(logEvent);
    }

    internal abstract record Control : IDeadLetterSuppression;

    internal sealed record Install(EventCounter Filter) : Control;

    internal sealed record Remove(EventCounter Filter) : Control;

    internal sealed record Settle(TaskCompletionSource Settled) : Control;
}
