using Rig.Engine.Actor;

namespace Rig.Engine.TestKit;

// Expectations on the next message.
public abstract partial class TestKitBase
{
    /// <summary>The next message is a <typeparamref name="T"/> and comes in time.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Next<T>(duration, hint, cancellationToken);

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Same(message, Next<T>(timeout, hint ?? Describe(message), cancellationToken), hint);

    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(Next<T>(timeout, hint ?? Describe(expected), cancellationToken), received => comparer(expected, received), hint ?? Describe(expected));

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(Next<T>(timeout, hint, cancellationToken), isMessage, hint);

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        var received = Next<T>(timeout, hint, cancellationToken);
        assert(received);
        return received;
    }

    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(Next<T>(timeout, hint, cancellationToken), received => isMessageAndSender(received, LastSender), hint);

    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        var received = Next<T>(timeout, hint, cancellationToken);
        assertMessageAndSender(received, LastSender);
        return received;
    }

    public async ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        await NextAsync<T>(duration, hint, cancellationToken).ConfigureAwait(false);

    public async ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Same(message, await NextAsync<T>(timeout, hint ?? Describe(message), cancellationToken).ConfigureAwait(false), hint);

    public async ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(await NextAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false), isMessage, hint);

    public async ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        var received = await NextAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        assert(received);
        return received;
    }

    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        From(sender, Next<T>(duration, hint, cancellationToken));

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        From(sender, Same(message, Next<T>(timeout, hint ?? Describe(message), cancellationToken), hint));

    public async ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        From(sender, await NextAsync<T>(duration, hint, cancellationToken).ConfigureAwait(false));

    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var wanted = messages.ToList();
        return Fits(Next<T>(null, null, cancellationToken), received => wanted.Contains(received), $"any of {string.Join(", ", wanted)}");
    }

    /// <summary>All of these come, in any order, and nothing else before them.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf(RemainingOrDefault, messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages)
    {
        var received = ReceiveN(messages.Length, Dilated(max));
        var missing = messages.Where(message => !received.Contains((object)message!)).ToList();
        var unexpected = received.Where(message => message is not T typed || !messages.Contains(typed)).ToList();
        if (missing.Count > 0 || unexpected.Count > 0)
            Fail($"Expected all of {string.Join(", ", messages)}; missing: [{string.Join(", ", missing)}], unexpected: [{string.Join(", ", unexpected)}].");
        return [.. received.Cast<T>()];
    }

    /// <summary>The test actor, which watches the target, learns of its end.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(Next<Terminated>(timeout, hint, cancellationToken), terminated => terminated.ActorRef.Equals(target), $"Terminated {target}. {hint}");

    public async ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Fits(
            await NextAsync<Terminated>(timeout, hint, cancellationToken).ConfigureAwait(false),
            terminated => terminated.ActorRef.Equals(target),
            $"Terminated {target}. {hint}");

    public void ExpectNoMsg(CancellationToken cancellationToken = default) => Silence(Take(Silence(), cancellationToken), Silence());

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        Silence(Take(Dilated(duration), cancellationToken), duration);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    public async ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        Silence(await TakeAsync(Silence(), cancellationToken).ConfigureAwait(false), Silence());

    public async ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        Silence(await TakeAsync(Dilated(duration), cancellationToken).ConfigureAwait(false), duration);

    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private static void Silence(MessageEnvelope? envelope, TimeSpan watched)
    {
        if (envelope is not null)
            Fail($"Expected no message within {watched}, and {envelope} came.");
    }

    private static string? Describe<T>(T message) => message?.ToString();

    private static T Same<T>(T expected, T received, string? hint) =>
        Fits(received, message => Equals(expected, message), $"{Describe(expected)} {hint}".TrimEnd());

    private static T Fits<T>(T received, Predicate<T> isMessage, string? hint)
    {
        if (!isMessage(received))
            Fail($"Expected {hint ?? $"a {typeof(T).Name} that fits"}, and {received} came.");
        return received;
    }

    private static T Typed<T>(MessageEnvelope? envelope, TimeSpan limit, string? hint)
    {
        switch (envelope?.Message)
        {
            case T message:
                return message;
            case null:
                Fail($"No message of type {typeof(T)} came within {limit}. {hint}");
                break;
            case var other:
                Fail($"Expected a message of type {typeof(T)}, and {other} of type {other.GetType()} came. {hint}");
                break;
        }

        return default!;
    }

    private TimeSpan Silence() => RemainingOr(Dilated(TestKitSettings.ExpectNoMessageDefault));

    private T From<T>(IActorRef sender, T received)
    {
        if (!sender.Equals(LastSender))
            Fail($"Expected {received} from {sender}, and it came from {LastSender}.");
        return received;
    }

    private T Next<T>(TimeSpan? timeout, string? hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        return Typed<T>(Take(limit, cancellationToken), limit, hint);
    }

    private async ValueTask<T> NextAsync<T>(TimeSpan? timeout, string? hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        return Typed<T>(await TakeAsync(limit, cancellationToken).ConfigureAwait(false), limit, hint);
    }
}
