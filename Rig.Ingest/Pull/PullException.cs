namespace Rig.Ingest.Pull;

/// <summary>A node or a transfer did not do what it should; the message is for the status page. The take is tried again later.</summary>
public sealed class PullException : Exception
{
    public PullException(string message)
        : base(message)
    {
    }

    public PullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
