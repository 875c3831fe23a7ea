using Rig.Actors.Sessions;

namespace Rig.Actors.Pipeline;

/// <summary>What is said to the pipeline of one server (<c>/user/pipeline</c>). Never sent to another server: they share the work queue.</summary>
public static class PipelineProtocol
{
    /// <summary>Routed to the session's own actor.</summary>
    public interface IWithSessionId
    {
        SessionId SessionId { get; }
    }

    /// <summary>A take's receipt is committed.</summary>
    public sealed record TakeReceived(SessionId SessionId) : IWithSessionId;

    /// <summary>A worker has written down what came of a stage.</summary>
    public sealed record StageSettled(SessionId SessionId) : IWithSessionId;

    /// <summary>The operator wants the session worked on with what there is, from its first stage. Answer: <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    public sealed record ProcessSession(SessionId SessionId) : IWithSessionId;

    /// <summary>The operator wants the failed stage tried again. Answer: <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    public sealed record RetrySession(SessionId SessionId) : IWithSessionId;

    public sealed record Accepted(SessionId SessionId);

    /// <param name="NotFound">There is no such session.</param>
    public sealed record Refused(SessionId SessionId, string Reason, bool NotFound = false);

    /// <summary>Tells workers that waiting for their next look is not needed.</summary>
    public sealed record WorkAvailable
    {
        public static readonly WorkAvailable Instance = new();
    }
}
