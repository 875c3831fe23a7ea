using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

/// <summary>A blueprint of a stream's beginning.</summary>
public sealed class Source<TOut, TMat> : ISourceGraph<TOut, TMat>
{
    private readonly Func<Interpreter, (Outlet<TOut>, TMat)> build;

    internal Source(Func<Interpreter, (Outlet<TOut>, TMat)> build) => this.build = build;

    public Source<T2, TMat> Via<T2, TMat2>(IGraph<FlowShape<TOut, T2>, TMat2> flow) => ViaMaterialized(flow, Keep.Left);

    public Source<TOut2, TMat3> ViaMaterialized<TOut2, TMat2, TMat3>(IGraph<FlowShape<TOut, TOut2>, TMat2> flow, Func<TMat, TMat2, TMat3> combine) =>
        new(interpreter =>
        {
            var (upstream, left) = build(interpreter);
            var (outlet, right) = ((IFlowGraph<TOut, TOut2, TMat2>)flow).Build(interpreter, upstream);
            return (outlet, combine(left, right));
        });

    public IRunnableGraph<TMat> To<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink) => ToMaterialized(sink, Keep.Left);

    public IRunnableGraph<TMat3> ToMaterialized<TMat2, TMat3>(IGraph<SinkShape<TOut>, TMat2> sink, Func<TMat, TMat2, TMat3> combine) =>
        new RunnableGraph<TMat3>(interpreter =>
        {
            var (upstream, left) = build(interpreter);
            return combine(left, ((ISinkGraph<TOut, TMat2>)sink).Build(interpreter, upstream));
        });

    public Source<TOut, TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> mapFunc) => new(interpreter =>
    {
        var (outlet, value) = build(interpreter);
        return (outlet, mapFunc(value));
    });

    public TMat2 RunWith<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink, IMaterializer materializer) =>
        ToMaterialized(sink, Keep.Right).Run(materializer);

    public Task RunForeach(Action<TOut> action, IMaterializer materializer) => RunWith(Sink.ForEach(action), materializer);

    public Task<TOut2> RunAggregate<TOut2>(TOut2 zero, Func<TOut2, TOut, TOut2> aggregate, IMaterializer materializer) =>
        RunWith(Sink.Aggregate(zero, aggregate), materializer);

    /// <summary>Each enumeration runs the stream anew; ending one early cancels its stream.</summary>
    public IAsyncEnumerable<TOut> RunAsAsyncEnumerable(IMaterializer materializer) => new StreamEnumerable<TOut, TMat>(this, materializer);

    (Outlet<TOut> Outlet, TMat Value) ISourceGraph<TOut, TMat>.Build(Interpreter interpreter) => build(interpreter);

    Outlet<TOut> ISourceGraph<TOut>.BuildSource(Interpreter interpreter) => build(interpreter).Item1;

    internal Source<TOut2, TMat> Via<TOut2>(Func<Interpreter, LinearStage<TOut, TOut2>> stage) => Via(new Flow<TOut, TOut2, NotUsed>(stage, NotUsed.Instance));
}
