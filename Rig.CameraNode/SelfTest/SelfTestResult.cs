namespace Rig.CameraNode.SelfTest;

/// <summary>What a camera's test of itself showed. The first fields are those that clients of earlier rigs know.</summary>
/// <param name="Errors">What went wrong, each in words; empty when passed.</param>
internal sealed record SelfTestResult(
    bool Passed,
    bool CameraDetected,
    bool RecordingStarted,
    bool RecordingStopped,
    bool FileCreated,
    long FileSizeBytes,
    double DurationSec,
    IReadOnlyList<string> Errors,
    long Frames,
    long DroppedFrames,
    bool HashVerified,
    long DecodedFrames,
    bool Deleted,
    DateTimeOffset At);
