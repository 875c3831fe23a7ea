using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Encoding;

/// <summary>Pictures in, coded pictures out, in order. One thread writes; coded pictures come on a thread of the encoder's.</summary>
internal interface IVideoEncoder : IDisposable
{
    /// <summary>It will not take another picture.</summary>
    bool HasExited { get; }

    /// <summary>What it last complained of.</summary>
    string LastError { get; }

    /// <summary>It reads a camera's memory itself, see <see cref="WriteLent"/>.</summary>
    bool TakesLent { get; }

    /// <summary>From now on each coded picture is given to <paramref name="onUnit"/>.</summary>
    void BeginRead(Action<CodedPicture> onUnit);

    /// <summary>
    /// Gives the next picture; waits while the encoder is busy. The picture must stay as it is until <paramref name="onRead"/> is
    /// called with it, on any thread, in <see cref="IDisposable.Dispose"/> at the latest.
    /// </summary>
    /// <exception cref="IOException">The encoder is gone.</exception>
    void Write(Yuv420Frame picture, long stampUs, Action<Yuv420Frame> onRead);

    /// <summary>Gives the next picture without copying it; it is released when the encoder has read it, also when that fails.</summary>
    /// <exception cref="IOException">The encoder is gone.</exception>
    void WriteLent(LivePicture picture, long stampUs);

    /// <summary>No picture follows. Returns when the last coded picture was handed out.</summary>
    /// <returns>The encoder ended well.</returns>
    bool Finish(TimeSpan timeout);

    /// <summary>Ends it at once.</summary>
    void Kill();
}

/// <param name="Data">An access unit as an Annex B byte stream, valid for the call.</param>
/// <param name="StampUs">The stamp its picture was given with; null where the encoder tells none and one comes out for each that goes in.</param>
internal readonly record struct CodedPicture(ReadOnlyMemory<byte> Data, long? StampUs);
