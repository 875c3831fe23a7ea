namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>The staging folder has no room.</summary>
internal sealed class StagingFullException : Exception
{
    public StagingFullException(string message)
        : base(message)
    {
    }

    public StagingFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
