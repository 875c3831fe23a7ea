namespace Rig.Engine.Streams;

/// <summary>Turns blueprints into running streams.</summary>
public interface IMaterializer
{
    TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable);
}
