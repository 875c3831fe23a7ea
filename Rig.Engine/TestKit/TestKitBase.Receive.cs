using System.Runtime.CompilerServices;

namespace Rig.Engine.TestKit;

// Taking messages from the test actor.
public abstract partial class TestKitBase
{
    /// <summary>Null when nothing came in time.</summary>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Take(max, cancellationToken)?.Message!;

    public async ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await TakeAsync(max, cancellationToken).ConfigureAwait(false))?.Message!;

    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        envelope = Take(max, cancellationToken)!;
        return envelope is not null;
    }

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <exception cref="Exception">Fewer came in time.</exception>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        var end = Now + max;
        var messages = new List<object>(numberOfMessages);
        while (messages.Count < numberOfMessages)
        {
            if (Take(end - Now, cancellationToken) is not { } envelope)
                Fail($"Expected {numberOfMessages} messages within {max}, and {messages.Count} came.");
            else
                messages.Add(envelope.Message);
        }

        return messages;
    }

    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveNAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    public async IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, TimeSpan max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var end = Now + max;
        for (var count = 0; count < numberOfMessages; count++)
        {
            var envelope = await TakeAsync(end - Now, cancellationToken).ConfigureAwait(false);
            if (envelope is null)
                Fail($"Expected {numberOfMessages} messages within {max}, and {count} came.");
            yield return envelope!.Message;
        }
    }

    /// <summary>Takes messages for as long as the filter gives a value; the first that it does not is lost.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default)
        where T : class
    {
        var end = Now + RemainingOrDilated(max);
        var results = new List<T>();
        while (results.Count < msgs && Take(end - Now, cancellationToken) is { } envelope && filter(envelope.Message) is { } result)
            results.Add(result);
        return results;
    }

    /// <summary>Skips messages until one fits.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessage<object>(isMessage, max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessage(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        while (true)
        {
            switch (Take(end - Now, cancellationToken)?.Message)
            {
                case null:
                    Fail($"No message that fits came within {limit}. {hint}");
                    break;
                case T message when isMessage(message):
                    return message;
            }
        }
    }

    public ValueTask<object> FishForMessageAsync(
        Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        while (true)
        {
            switch ((await TakeAsync(end - Now, cancellationToken).ConfigureAwait(false))?.Message)
            {
                case null:
                    Fail($"No message that fits came within {limit}. {hint}");
                    break;
                case T message when isMessage(message):
                    return message;
            }
        }
    }

    private MessageEnvelope? Take(TimeSpan? max, CancellationToken cancellationToken)
    {
        var envelope = _queue.Take(max ?? RemainingOrDefault, cancellationToken);
        _last = envelope ?? _last;
        return envelope;
    }

    private async ValueTask<MessageEnvelope?> TakeAsync(TimeSpan? max, CancellationToken cancellationToken)
    {
        var envelope = await _queue.TakeAsync(max ?? RemainingOrDefault, cancellationToken).ConfigureAwait(false);
        _last = envelope ?? _last;
        return envelope;
    }
}
