namespace Rig.Engine.Streams;

/// <summary>Which ends of a graph are open.</summary>
public abstract class Shape
{
    private protected Shape()
    {
    }
}

/// <summary>One open output.</summary>
public sealed class SourceShape<TOut> : Shape
{
    private SourceShape()
    {
    }
}

/// <summary>One open input.</summary>
public sealed class SinkShape<TIn> : Shape
{
    private SinkShape()
    {
    }
}

/// <summary>One open input and one open output.</summary>
public sealed class FlowShape<TIn, TOut> : Shape
{
    private FlowShape()
    {
    }
}

/// <summary>Nothing open: it can run.</summary>
public class ClosedShape : Shape
{
    private ClosedShape()
    {
    }
}
