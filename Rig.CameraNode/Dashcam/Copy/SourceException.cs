namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>The camera's file cannot be read.</summary>
internal sealed class SourceException : Exception
{
    public SourceException(string message)
        : base(message)
    {
    }

    public SourceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
