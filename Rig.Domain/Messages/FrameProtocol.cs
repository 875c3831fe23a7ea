namespace Rig.Domain.Messages;

/// <summary>What the home servers of a rig say to each other about still-frame cameras.</summary>
public static class FrameProtocol
{
    /// <summary>The device has pictures that wait for their analysis, or may have. No answer.</summary>
    public sealed record AnalyseDevice(string DeviceId) : IRigMessage;
}
