using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Sessions;

/// <summary>What the coordinator is to do after a decision.</summary>
internal abstract record SessionEffect
{
    /// <summary>Sends to the camera's gateway; the answer or its absence comes back with <paramref name="CommandId"/>.</summary>
    internal sealed record Command(CameraId CameraId, long CommandId, object Message, TimeSpan Timeout) : SessionEffect;

    /// <summary>Answers everyone who asked with this request id.</summary>
    internal sealed record Answer(string RequestId, object Message) : SessionEffect;
}

/// <summary>One camera's part in the running session, as the coordinator follows it.</summary>
/// <param name="CommandId">The order that is not answered yet; 0 for none.</param>
/// <param name="RetryAt">Master clock before which it is not ordered again by itself.</param>
internal sealed record CameraProgress(
    CameraId CameraId,
    CameraPart Part,
    long CommandId = 0,
    TakeId? TakeId = null,
    DateTimeOffset? FirstFrameMaster = null,
    string? ProblemCode = null,
    string? Problem = null,
    DateTimeOffset RetryAt = default)
{
    public IReadOnlyList<RecordingProtocol.TakeFinished> Takes { get; init; } = [];

    /// <summary>Takes of a session are kept once each, oldest first.</summary>
    public CameraProgress WithTake(RecordingProtocol.TakeFinished take) =>
        this with { Takes = [.. Takes.Where(t => t.TakeId != take.TakeId), take] };

    public CameraProgress Fail(CameraPart part, string code, string problem) =>
        this with { Part = part, CommandId = 0, ProblemCode = code, Problem = problem };

    public SessionProtocol.SessionCamera ToView() => new(CameraId, Part, TakeId, FirstFrameMaster, Problem, Takes);
}
