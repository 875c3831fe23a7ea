namespace Rig.Actors.Recording;

/// <summary>The camera's newest preview: written by the capture process's reading thread, read from any thread, never through a mailbox.</summary>
public sealed class PreviewFeed
{
    private PreviewPicture? newest;

    /// <summary>Null before the first. At least one a second comes while the camera is well.</summary>
    public PreviewPicture? Newest
    {
        get => Volatile.Read(ref newest);
        set => Volatile.Write(ref newest, value);
    }
}

/// <param name="TakenAt">Node clock.</param>
public sealed record PreviewPicture(byte[] Jpeg, DateTimeOffset TakenAt);
