using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

/// <summary>What can be done within a flow; see <see cref="SourceOperations"/>.</summary>
public static class FlowOperations
{
    public static Flow<T, TOut, TMat> Select<T, TIn, TOut, TMat>(this Flow<T, TIn, TMat> flow, Func<TIn, TOut> mapper) =>
        flow.Via(interpreter => new Select<TIn, TOut>(interpreter, mapper));

    public static Flow<T, TOut, TMat> SelectAsync<T, TIn, TOut, TMat>(this Flow<T, TIn, TMat> flow, int parallelism, Func<TIn, Task<TOut>> asyncMapper) =>
        flow.Via(interpreter => new SelectAsync<TIn, TOut>(interpreter, parallelism, ordered: true, asyncMapper));
}
