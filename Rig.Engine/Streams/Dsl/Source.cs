using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

public static class Source
{
    public static Source<T, NotUsed> Empty<T>() => From<T>([]);

    public static Source<T, NotUsed> Single<T>(T element) => From([element]);

    public static Source<T, NotUsed> Failed<T>(Exception cause) => Of(interpreter => new FailedSource<T>(interpreter, cause));

    /// <summary>Each run enumerates anew, one element ahead of demand.</summary>
    public static Source<T, NotUsed> From<T>(IEnumerable<T> enumerable) => Of(interpreter => new EnumerableSource<T>(interpreter, enumerable));

    /// <summary>Enumerates on demand; the enumerator's token is cancelled, and it is disposed, when the stream ends.</summary>
    public static Source<T, NotUsed> From<T>(Func<IAsyncEnumerable<T>> asyncEnumerable) => Of(interpreter => new AsyncEnumerableSource<T>(interpreter, asyncEnumerable));

    public static Source<T, NotUsed> FromTask<T>(Task<T> task) => Of(interpreter => new TaskSource<T>(interpreter, task));

    /// <param name="state">Where to begin.</param>
    /// <param name="unfold">The next state and element; none ends the stream.</param>
    public static Source<TElem, NotUsed> Unfold<TState, TElem>(TState state, Func<TState, Util.Option<(TState, TElem)>> unfold) =>
        Of(interpreter => new UnfoldSource<TState, TElem>(interpreter, state, unfold));

    public static Source<TElem, NotUsed> UnfoldAsync<TState, TElem>(TState state, Func<TState, Task<Util.Option<(TState, TElem)>>> unfoldAsync) =>
        Of(interpreter => new UnfoldAsyncSource<TState, TElem>(interpreter, state, unfoldAsync));

    /// <summary>Elements that a program offers; <paramref name="bufferSize"/> of them wait for demand.</summary>
    public static Source<T, ISourceQueueWithComplete<T>> Queue<T>(int bufferSize, OverflowStrategy overflowStrategy) => new(interpreter =>
    {
        var stage = interpreter.Add(new QueueSource<T>(interpreter, bufferSize, overflowStrategy));
        return (stage.Out, stage);
    });

    internal static Source<T, NotUsed> Of<T>(Func<Interpreter, SourceStage<T>> stage) => new(interpreter => (interpreter.Add(stage(interpreter)).Out, NotUsed.Instance));
}
