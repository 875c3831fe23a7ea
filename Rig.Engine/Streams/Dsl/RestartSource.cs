using Rig.Engine.Streams.Implementation;
using Rig.Engine.Streams.Implementation.Stages;

namespace Rig.Engine.Streams.Dsl;

public static class RestartSource
{
    /// <summary>Elements of sources made one after the other: a failed one is followed, after a pause, by the next; one that completes ends the stream.</summary>
    public static Source<T, NotUsed> OnFailuresWithBackoff<T, TMat>(Func<Source<T, TMat>> sourceFactory, RestartSettings settings) =>
        Source.Of(interpreter => new RestartOnFailures<T>(interpreter, () => (ISourceGraph<T>)sourceFactory(), settings));
}
