using Rig.Domain.Recordings;

namespace Rig.CameraNode.Imaging;

/// <summary>
/// A camera that delivers pictures when it has them, each with its driver's time stamp. Opened and streaming from construction to
/// disposal; used by one thread, only a lent picture may be given back from another.
/// </summary>
internal interface ILiveSource : IDisposable
{
    /// <summary>Shown to the user, such as <c>imx708 (v4l2 /dev/video0)</c>.</summary>
    string Model { get; }

    PictureLayout Layout { get; }

    /// <summary>Pictures a second, rounded.</summary>
    int Fps { get; }

    /// <summary>The camera's own frame period.</summary>
    long FrameDurationNs { get; }

    ManifestLens? Lens { get; }

    /// <summary>Waits for the next picture; null when none came in time. Whoever takes it gives it back by <see cref="LivePicture.Release"/>.</summary>
    /// <exception cref="CameraFaultException">The camera delivers nothing more until it is opened again.</exception>
    LivePicture? TryTake(TimeSpan timeout);
}

/// <summary>One picture lent by a driver.</summary>
/// <param name="Sequence">The driver's count of frames, also of those it lost.</param>
/// <param name="MonotonicNs">The sensor's or driver's instant on CLOCK_MONOTONIC.</param>
/// <param name="DmaBuf">File descriptor of the picture's memory for another driver; -1 when there is none.</param>
/// <param name="DmaBufBytes">Size of that memory.</param>
internal sealed record LivePicture(long Sequence, long MonotonicNs, int DmaBuf, int DmaBufBytes, PictureMetadata? Metadata, ILentPicture Lender, int Index)
{
    /// <summary>Copies the picture into the pipeline's form.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    internal void CopyTo(Yuv420Frame frame) => Lender.Copy(Index, frame);

    /// <summary>Gives the memory back to the driver; once, from any thread.</summary>
    internal void Release() => Lender.Release(Index);
}

/// <summary>The lender's side of <see cref="LivePicture"/>.</summary>
internal interface ILentPicture
{
    void Copy(int index, Yuv420Frame frame);

    void Release(int index);
}

/// <summary>What a camera says of how it took a picture; null where it does not say.</summary>
/// <param name="LensPositionDpt">In dioptres.</param>
internal sealed record PictureMetadata(long? SensorTimestampNs, int? ExposureUs, double? AnalogueGain, double? LensPositionDpt);

/// <summary>A camera stopped delivering.</summary>
/// <param name="cause">One of <see cref="DropCause"/>.</param>
internal sealed class CameraFaultException(string cause, string message, Exception? inner = null) : IOException(message, inner)
{
    internal string Cause => cause;
}
