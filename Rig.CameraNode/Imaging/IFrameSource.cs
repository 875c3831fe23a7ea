using Rig.Domain.Recordings;

namespace Rig.CameraNode.Imaging;

/// <summary>
/// Something that delivers pictures. Runs inside the capture child process and is used by one thread. The caller paces it by the
/// monotonic clock and stamps the frames; the source only fills them.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>Shown to the parent, such as <c>Synthetic match</c>.</summary>
    string Model { get; }

    int Width { get; }

    int Height { get; }

    int Fps { get; }

    /// <summary>The lens where it is known.</summary>
    ManifestLens? Lens { get; }

    /// <summary>Called before a take's first frame. <paramref name="truthPath"/> is where a source that knows the truth writes it.</summary>
    void BeginTake(string truthPath, DateTimeOffset matchZeroMaster);

    /// <summary>Fills the frame that belongs to this instant of the take; without a take (null) whatever suits a preview.</summary>
    /// <exception cref="EndOfStreamException">The source has no more pictures.</exception>
    void Fill(Yuv420Frame frame, TimeSpan? sinceMatchZero);

    /// <summary>Called after a take's last frame.</summary>
    void EndTake();
}
