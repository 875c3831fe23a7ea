using Rig.Engine.Actor;
using Rig.Engine.Streams.Implementation;

namespace Rig.Engine.Streams;

/// <summary>
/// Runs each stream in an actor of its own, a child of one supervisor. The streams end with the materializer: by
/// <see cref="Shutdown"/>, or when the actor or system it was made of stops.
/// </summary>
public abstract class ActorMaterializer : IMaterializer, IDisposable
{
    private protected ActorMaterializer()
    {
    }

    public abstract bool IsShutdown { get; }

    /// <param name="context">An actor's context, whose streams end with it, or the system.</param>
    /// <param name="settings">Always null here.</param>
    /// <param name="namePrefix">Of the streams' actors' names.</param>
    public static ActorMaterializer Create(IActorRefFactory context, ActorMaterializerSettings? settings = null, string? namePrefix = null) =>
        new LocalMaterializer(context, namePrefix ?? "flow");

    /// <exception cref="InvalidOperationException">It was shut down.</exception>
    public abstract TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable);

    /// <summary>Ends all its streams where they are: their tasks fail with <see cref="AbruptStageTerminationException"/>.</summary>
    public abstract void Shutdown();

    public void Dispose()
    {
        Shutdown();
        GC.SuppressFinalize(this);
    }
}

public static class ActorMaterializerExtensions
{
    /// <summary>A new materializer whose streams end with this actor or system.</summary>
    public static ActorMaterializer Materializer(this IActorRefFactory context, ActorMaterializerSettings? settings = null, string? namePrefix = null) =>
        ActorMaterializer.Create(context, settings, namePrefix);
}

/// <summary>This engine's streams have nothing to set; the type stands in signatures only.</summary>
public sealed class ActorMaterializerSettings
{
    private ActorMaterializerSettings()
    {
    }
}
