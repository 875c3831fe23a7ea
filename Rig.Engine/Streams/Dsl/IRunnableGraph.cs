using Rig.Engine.Streams.Implementation;

namespace Rig.Engine.Streams.Dsl;

/// <summary>A whole stream, not yet running.</summary>
public interface IRunnableGraph<TMat> : IGraph<ClosedShape, TMat>
{
    TMat Run(IMaterializer materializer);
}

internal sealed class RunnableGraph<TMat>(Func<Interpreter, TMat> build) : IRunnableGraph<TMat>, IRunnable<TMat>
{
    public TMat Run(IMaterializer materializer) => materializer.Materialize(this);

    public TMat Build(Interpreter interpreter) => build(interpreter);
}
