using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

public static class Flow
{
    /// <summary>Passes everything on: where a flow begins.</summary>
    public static Flow<T, T, NotUsed> Create<T>() => new(interpreter => new Identity<T>(interpreter), NotUsed.Instance);
}
