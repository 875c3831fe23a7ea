namespace Rig.Media;

/// <summary>The program could not look at a file, which says nothing about the file: it is not installed, was ended, or did not answer in time.</summary>
public sealed class MediaUnavailableException : MediaException
{
    public MediaUnavailableException(string message)
        : base(message)
    {
    }

    public MediaUnavailableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
