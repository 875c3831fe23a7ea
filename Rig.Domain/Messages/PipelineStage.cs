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
    Pushed = 7,
}
