using System.Collections.Concurrent;
using Rig.Engine.Actor;

namespace Rig.Engine.TestKit.Internal;

/// <summary>What a test actor has received and the test has not looked at yet.</summary>
internal sealed class TestQueue : IDisposable
{
    private readonly ConcurrentQueue<MessageEnvelope> _queue = new();
    private readonly SemaphoreSlim _count = new(0);

    public bool IsEmpty => _queue.IsEmpty;

    public void Add(MessageEnvelope envelope)
    {
        _queue.Enqueue(envelope);
        _count.Release();
    }

    /// <summary>Null when nothing came in time.</summary>
    public MessageEnvelope? Take(TimeSpan max, CancellationToken cancellationToken) =>
        _count.Wait(Positive(max), cancellationToken) && _queue.TryDequeue(out var envelope) ? envelope : null;

    public async ValueTask<MessageEnvelope?> TakeAsync(TimeSpan max, CancellationToken cancellationToken) =>
        await _count.WaitAsync(Positive(max), cancellationToken).ConfigureAwait(false) && _queue.TryDequeue(out var envelope) ? envelope : null;

    public void Dispose() => _count.Dispose();

    private static TimeSpan Positive(TimeSpan max) =>
        max < TimeSpan.Zero && max != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : max;
}

/// <summary>Puts what it receives before the test; watches and makes children on the test's behalf.</summary>
internal sealed class TestActorImpl(TestQueue queue) : ActorBase
{
    private AutoPilot _pilot = AutoPilot.NoAutoPilot;
    private Func<object, bool> _ignores = _ => false;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case SetIgnore ignore:
                _ignores = ignore.Ignores;
                return true;
            case SetPilot pilot:
                _pilot = pilot.Pilot;
                return true;
            case WatchFor watch:
                Context.Watch(watch.Subject);
                Sender.Tell(watch);
                return true;
            case UnwatchFor unwatch:
                Context.Unwatch(unwatch.Subject);
                Sender.Tell(unwatch);
                return true;
            case MakeChild make:
                Sender.Tell(Context.ActorOf(make.Props, make.Name));
                return true;
        }

        _pilot = _pilot.Run(Sender, message) switch
        {
            KeepRunning => _pilot,
            var next => next,
        };
        if (!_ignores(message))
            queue.Add(new RealMessageEnvelope(message, Sender));
        return true;
    }

    internal sealed record SetIgnore(Func<object, bool> Ignores);

    internal sealed record SetPilot(AutoPilot Pilot);

    internal sealed record WatchFor(IActorRef Subject);

    internal sealed record UnwatchFor(IActorRef Subject);

    internal sealed record MakeChild(Props Props, string? Name);
}

internal sealed class RealMessageEnvelope(object message, IActorRef sender) : MessageEnvelope
{
    public override object Message => message;

    public override IActorRef Sender => sender;
}

/// <summary>An expectation of a test did not hold.</summary>
internal sealed class AssertionFailedException(string message, Exception? cause = null) : Exception(message, cause);
