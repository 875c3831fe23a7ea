namespace Rig.Domain.Messages;

/// <summary>Order in which a session is worked on; the number is stored, so it never changes.</summary>
public enum PipelineStage
{
    Received = 0,
    Verified = 1,
    Aligned = 2,
    Stitched = 3,
    Detected = 4,
    Events = 5,
    Clips = 6,
    Published = 7,
}

public static class PipelineStages
{
    /// <summary>
    /// The stage as REST answers, <c>jobs.json</c> and pages name it. The last keeps the name that it had there before publishing was
    /// called so: <c>pushed</c>.
    /// </summary>
    public static string NameOf(PipelineStage stage) => stage == PipelineStage.Published ? "pushed" : stage.ToString().ToLowerInvariant();
}
