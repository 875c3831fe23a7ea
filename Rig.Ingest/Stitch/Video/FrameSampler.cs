namespace Rig.Ingest.Stitch.Video;

/// <summary>Looks into a camera's recording at instants of the session's clock.</summary>
internal static class FrameSampler
{
    /// <summary>Decodes the picture nearest to each instant; instants at which the camera did not record are left out.</summary>
    public static List<byte[]> PicturesAt(CameraTimeline camera, IEnumerable<double> seconds, CancellationToken cancellationToken)
    {
        var pictures = new List<byte[]>();
        foreach (var piece in camera.Pieces)
        {
            IVideoReader? reader = null;
            try
            {
                foreach (var instant in seconds.Where(s => s >= piece.StartSeconds && s < piece.EndSeconds).Order())
                {
                    reader ??= VideoReader.Open(piece.Path);
                    foreach (var frame in FramesFrom(reader, instant - piece.StartSeconds - (0.5 / camera.FramesPerSecond), cancellationToken))
                    {
                        using (frame)
                        {
                            pictures.Add(frame.ToI420());
                        }

                        break;
                    }
                }
            }
            finally
            {
                reader?.Dispose();
            }
        }

        return pictures;
    }

    /// <summary>The pictures from a time in the file on, in order; each is disposed by the caller.</summary>
    public static IEnumerable<VideoFrame> FramesFrom(IVideoReader reader, double seconds, CancellationToken cancellationToken)
    {
        reader.Seek(Math.Max(0, seconds));
        while (reader.Read() is { } frame)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (frame.Seconds < seconds)
            {
                frame.Dispose();
                continue;
            }

            yield return frame;
        }
    }
}
