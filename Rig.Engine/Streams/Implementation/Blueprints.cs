namespace Rig.Engine.Streams.Implementation;

// What a graph can do for the materializer; every graph of this engine is one of these.
internal interface ISourceGraph<T>
{
    /// <summary>For a sub-stream, whose materialised value nobody asks for.</summary>
    Outlet<T> BuildSource(Interpreter interpreter);
}

internal interface ISourceGraph<T, TMat> : ISourceGraph<T>, IGraph<SourceShape<T>, TMat>
{
    (Outlet<T> Outlet, TMat Value) Build(Interpreter interpreter);
}

internal interface IFlowGraph<TIn, TOut, TMat> : IGraph<FlowShape<TIn, TOut>, TMat>
{
    (Outlet<TOut> Outlet, TMat Value) Build(Interpreter interpreter, Outlet<TIn> upstream);
}

internal interface ISinkGraph<T, TMat> : IGraph<SinkShape<T>, TMat>
{
    TMat Build(Interpreter interpreter, Outlet<T> upstream);
}

internal interface IRunnable<TMat> : IGraph<ClosedShape, TMat>
{
    TMat Build(Interpreter interpreter);
}
