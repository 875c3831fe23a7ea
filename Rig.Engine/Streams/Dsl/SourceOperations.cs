using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

/// <summary>What can be done with the elements of a source. The rules are Akka's; docs/design/streams.md lists them.</summary>
public static class SourceOperations
{
    public static Source<TOut, TMat> Select<TIn, TOut, TMat>(this Source<TIn, TMat> flow, Func<TIn, TOut> mapper) =>
        flow.Via(interpreter => new Select<TIn, TOut>(interpreter, mapper));

    public static Source<TOut, TMat> Where<TOut, TMat>(this Source<TOut, TMat> flow, Predicate<TOut> predicate) =>
        flow.Via(interpreter => new Where<TOut>(interpreter, predicate));

    public static Source<TOut, TMat> Take<TOut, TMat>(this Source<TOut, TMat> flow, long n) =>
        flow.Via(interpreter => new Take<TOut>(interpreter, n));

    /// <summary>At most <paramref name="parallelism"/> tasks at once; the results keep the order of the elements.</summary>
    public static Source<TOut, TMat> SelectAsync<TIn, TOut, TMat>(this Source<TIn, TMat> flow, int parallelism, Func<TIn, Task<TOut>> asyncMapper) =>
        flow.Via(interpreter => new SelectAsync<TIn, TOut>(interpreter, parallelism, ordered: true, asyncMapper));

    /// <summary>At most <paramref name="parallelism"/> tasks at once; the results come as they complete.</summary>
    public static Source<TOut, TMat> SelectAsyncUnordered<TIn, TOut, TMat>(this Source<TIn, TMat> flow, int parallelism, Func<TIn, Task<TOut>> asyncMapper) =>
        flow.Via(interpreter => new SelectAsync<TIn, TOut>(interpreter, parallelism, ordered: false, asyncMapper));

    public static Source<TOut2, TMat> SelectMany<TOut1, TOut2, TMat>(this Source<TOut1, TMat> flow, Func<TOut1, IEnumerable<TOut2>> mapConcater) =>
        flow.Via(interpreter => new SelectMany<TOut1, TOut2>(interpreter, mapConcater));

    /// <summary>The streams that the elements stand for, one after the other; the next element is taken when its predecessor's stream has completed.</summary>
    public static Source<TOut2, TMat> ConcatMany<TOut1, TOut2, TMat>(this Source<TOut1, TMat> flow, Func<TOut1, IGraph<SourceShape<TOut2>, TMat>> flatten) =>
        flow.Via(interpreter => new ConcatMany<TOut1, TOut2>(interpreter, element => (ISourceGraph<TOut2>)flatten(element)));

    public static Source<IEnumerable<TOut>, TMat> Grouped<TOut, TMat>(this Source<TOut, TMat> flow, int n) =>
        flow.Via(interpreter => new Grouped<TOut>(interpreter, n));

    public static Source<TOut, TMat> Buffer<TOut, TMat>(this Source<TOut, TMat> flow, int size, OverflowStrategy strategy) =>
        flow.Via(interpreter => new Buffer<TOut>(interpreter, size, strategy));

    /// <summary>Gathers up to <paramref name="max"/> elements into one while downstream is busy; never waits to gather more.</summary>
    public static Source<TOut2, TMat> Batch<TOut, TOut2, TMat>(this Source<TOut, TMat> flow, long max, Func<TOut, TOut2> seed, Func<TOut2, TOut, TOut2> aggregate) =>
        flow.Via(interpreter => new Batch<TOut, TOut2>(interpreter, max, seed, aggregate));

    /// <summary>Gathers whatever comes into one element while downstream is busy, so that upstream never waits.</summary>
    public static Source<TOut, TMat> Conflate<TOut, TMat>(this Source<TOut, TMat> flow, Func<TOut, TOut, TOut> aggregate) =>
        flow.Via(interpreter => new Batch<TOut, TOut>(interpreter, long.MaxValue, element => element, aggregate));

    public static Source<TOut, TMat> Throttle<TOut, TMat>(this Source<TOut, TMat> flow, int elements, TimeSpan per, int maximumBurst, ThrottleMode mode) =>
        flow.Throttle(elements, per, maximumBurst, static _ => 1, mode);

    /// <summary>At most <paramref name="cost"/> in each <paramref name="per"/> on the long run; <paramref name="maximumBurst"/> at once after a rest.</summary>
    public static Source<TOut, TMat> Throttle<TOut, TMat>(
        this Source<TOut, TMat> flow, int cost, TimeSpan per, int maximumBurst, Func<TOut, int> calculateCost, ThrottleMode mode) =>
        flow.Via(interpreter => new Throttle<TOut>(interpreter, cost, per, maximumBurst, calculateCost, mode));

    public static Source<TOut, TMat> Concat<TOut, TMat>(this Source<TOut, TMat> flow, IGraph<SourceShape<TOut>, TMat> other) =>
        flow.Via(new Flow<TOut, TOut, NotUsed>((interpreter, upstream) =>
        {
            var concat = interpreter.Add(new Concat<TOut>(interpreter));
            interpreter.Connect(upstream, concat.First);
            interpreter.Connect(((ISourceGraph<TOut>)other).BuildSource(interpreter), concat.Second);
            return (concat.Out, NotUsed.Instance);
        }));

    /// <summary>Elements of both as they come. It completes with both, or with the first one when <paramref name="eagerComplete"/>.</summary>
    public static Source<TOut2, TMat> Merge<TOut1, TOut2, TMat>(this Source<TOut1, TMat> flow, IGraph<SourceShape<TOut2>, TMat> other, bool eagerComplete = false)
        where TOut1 : TOut2 =>
        flow.Via(new Flow<TOut1, TOut2, NotUsed>((interpreter, upstream) =>
        {
            var merge = interpreter.Add(new Merge<TOut1, TOut2>(interpreter, eagerComplete));
            interpreter.Connect(upstream, merge.Left);
            interpreter.Connect(((ISourceGraph<TOut2>)other).BuildSource(interpreter), merge.Right);
            return (merge.Out, NotUsed.Instance);
        }));

    /// <summary>Each element also goes to that sink; the slower of the two sets the pace, and a cancellation by either ends both.</summary>
    public static Source<TOut, TMat3> AlsoToMaterialized<TOut, TMat, TMat2, TMat3>(
        this Source<TOut, TMat> flow, IGraph<SinkShape<TOut>, TMat2> that, Func<TMat, TMat2, TMat3> materializerFunction) =>
        flow.ViaMaterialized(
            new Flow<TOut, TOut, TMat2>((interpreter, upstream) =>
            {
                var broadcast = interpreter.Add(new Broadcast<TOut>(interpreter));
                interpreter.Connect(upstream, broadcast.In);
                return (broadcast.Out, ((ISinkGraph<TOut, TMat2>)that).Build(interpreter, broadcast.Also));
            }),
            materializerFunction);

    /// <summary>A last element in the place of a failure; none lets the failure through.</summary>
    public static Source<TOut, TMat> Recover<TOut, TMat>(this Source<TOut, TMat> flow, Func<Exception, Util.Option<TOut>> partialFunc) =>
        flow.Via(interpreter => new RecoverWith<TOut>(
            interpreter,
            failure => partialFunc(failure) is { HasValue: true } last ? Source.Single(last.Value) : null,
            attempts: 1));

    /// <summary>Goes on with another stream after a failure, at most <paramref name="attempts"/> times, -1 for ever; null lets the failure through.</summary>
    public static Source<TOut, TMat> RecoverWithRetries<TOut, TMat>(
        this Source<TOut, TMat> flow, Func<Exception, IGraph<SourceShape<TOut>, TMat>?> partialFunc, int attempts) =>
        flow.Via(interpreter => new RecoverWith<TOut>(interpreter, failure => (ISourceGraph<TOut>?)partialFunc(failure), attempts));
}
