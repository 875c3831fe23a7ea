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
