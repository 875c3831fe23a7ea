namespace Rig.Media;

/// <summary>ffmpeg or ffprobe could not do its work; the message is a sentence with the file's name and what the program said.</summary>
public class MediaException : IOException
{
    public MediaException(string message)
        : base(message)
    {
    }

    public MediaException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
