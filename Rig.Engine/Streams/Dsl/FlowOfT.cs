using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

/// <summary>A blueprint of a stream's middle.</summary>
public sealed class Flow<TIn, TOut, TMat> : IFlowGraph<TIn, TOut, TMat>
{
    private readonly Func<Interpreter, Outlet<TIn>, (Outlet<TOut>, TMat)> build;

    internal Flow(Func<Interpreter, Outlet<TIn>, (Outlet<TOut>, TMat)> build) => this.build = build;

    internal Flow(Func<Interpreter, LinearStage<TIn, TOut>> stage, TMat value)
        : this((interpreter, upstream) =>
        {
            var logic = interpreter.Add(stage(interpreter));
            interpreter.Connect(upstream, logic.In);
            return (logic.Out, value);
        })
    {
    }

    public Flow<TIn, T2, TMat> Via<T2, TMat2>(IGraph<FlowShape<TOut, T2>, TMat2> flow) => ViaMaterialized(flow, Keep.Left);

    public Flow<TIn, TOut2, TMat3> ViaMaterialized<TOut2, TMat2, TMat3>(IGraph<FlowShape<TOut, TOut2>, TMat2> flow, Func<TMat, TMat2, TMat3> combine) =>
        new((interpreter, upstream) =>
        {
            var (middle, left) = build(interpreter, upstream);
            var (outlet, right) = ((IFlowGraph<TOut, TOut2, TMat2>)flow).Build(interpreter, middle);
            return (outlet, combine(left, right));
        });

    public Sink<TIn, TMat> To<TMat2>(IGraph<SinkShape<TOut>, TMat2> sink) => ToMaterialized(sink, Keep.Left);

    public Sink<TIn, TMat3> ToMaterialized<TMat2, TMat3>(IGraph<SinkShape<TOut>, TMat2> sink, Func<TMat, TMat2, TMat3> combine) =>
        new((interpreter, upstream) =>
        {
            var (outlet, left) = build(interpreter, upstream);
            return combine(left, ((ISinkGraph<TOut, TMat2>)sink).Build(interpreter, outlet));
        });

    (Outlet<TOut> Outlet, TMat Value) IFlowGraph<TIn, TOut, TMat>.Build(Interpreter interpreter, Outlet<TIn> upstream) => build(interpreter, upstream);

    internal Flow<TIn, TOut2, TMat> Via<TOut2>(Func<Interpreter, LinearStage<TOut, TOut2>> stage) => Via(new Flow<TOut, TOut2, NotUsed>(stage, NotUsed.Instance));
}
