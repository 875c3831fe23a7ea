using System.Collections.Immutable;
using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

/// <summary>Ends of streams. Their tasks fail with the stream's failure.</summary>
public static class Sink
{
    public static Sink<TIn, Task<Done>> Ignore<TIn>() => ForEach<TIn>(static _ => { });

    public static Sink<TIn, Task<Done>> ForEach<TIn>(Action<TIn> action) => Of(interpreter => new AggregateSink<TIn, Done>(interpreter, Done.Instance, (done, element) =>
    {
        action(element);
        return done;
    }));

    /// <summary>The first element; then the stream is cancelled. An empty stream fails with <see cref="NoSuchElementException"/>.</summary>
    public static Sink<TIn, Task<TIn>> First<TIn>() => Of(interpreter => new FirstSink<TIn>(interpreter));

    public static Sink<TIn, Task<IImmutableList<TIn>>> Seq<TIn>() => Of(interpreter => new SeqSink<TIn>(interpreter));

    public static Sink<TIn, Task<TOut>> Aggregate<TIn, TOut>(TOut zero, Func<TOut, TIn, TOut> aggregate) =>
        Of(interpreter => new AggregateSink<TIn, TOut>(interpreter, zero, aggregate));

    private static Sink<T, Task<TResult>> Of<T, TResult>(Func<Interpreter, TaskSink<T, TResult>> stage) => new((interpreter, upstream) =>
    {
        var logic = interpreter.Add(stage(interpreter));
        interpreter.Connect(upstream, logic.In);
        return logic.Result;
    });
}
