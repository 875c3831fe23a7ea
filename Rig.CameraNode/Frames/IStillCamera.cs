namespace Rig.CameraNode.Frames;

/// <summary>Takes one picture when asked. Used by one caller at a time.</summary>
internal interface IStillCamera : IDisposable
{
    int Width { get; }

    int Height { get; }

    /// <exception cref="IOException">The camera gives none now; it may again.</exception>
    Task<(byte[] Jpeg, int Quality)> TakeAsync(CancellationToken cancellationToken);
}
