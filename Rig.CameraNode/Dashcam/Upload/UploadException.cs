namespace Rig.CameraNode.Dashcam.Upload;

/// <summary>An upload did not work; the message is for people.</summary>
internal sealed class UploadException : Exception
{
    public UploadException(string message)
        : base(message)
    {
    }

    public UploadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Another try at once would fail in the same way: somebody must do something.</summary>
    internal bool IsHopeless { get; init; }
}
