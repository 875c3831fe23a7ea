namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>
/// An enumerator that is one element ahead, so that a stream completes together with its last element. What the enumerable throws
/// waits for its turn behind the elements before it, and comes in an <see cref="AggregateException"/>, as in Akka.NET.
/// </summary>
internal sealed class LookAhead<T> : IDisposable
{
    private readonly IEnumerator<T> enumerator;
    private Exception? failure;

    public LookAhead(IEnumerable<T> elements)
    {
        enumerator = elements.GetEnumerator();
        Advance();
    }

    /// <summary>Also true when what comes next is a failure.</summary>
    public bool HasNext { get; private set; }

    /// <exception cref="AggregateException">What the enumerable threw.</exception>
    public T Next()
    {
        if (failure is not null)
            throw new AggregateException(failure);
        var element = enumerator.Current;
        Advance();
        return element;
    }

    public void Dispose() => enumerator.Dispose();

    private void Advance()
    {
        try
        {
            HasNext = enumerator.MoveNext();
        }
        catch (Exception thrown)
        {
            (HasNext, failure) = (true, thrown);
        }
    }
}
