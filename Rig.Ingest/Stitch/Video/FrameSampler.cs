namespace Rig.Ingest.Stitch.Video;

/// <summary>Looks into a camera's recording at instants of the session's clock.</summary>
internal static class FrameSampler
{
    /// <summary>Decoding on is quicker than going back to a key frame up to this far ahead.</summary>
    private const double DecodeOnSeconds = 4;

    /// <summary>Decodes the picture nearest to each instant; instants at which the camera did not record are left out.</summary>
    public static List<byte[]> PicturesAt(CameraTimeline camera, IEnumerable<double> seconds, CancellationToken cancellationToken)
    {
        var pictures = new List<byte[]>();
        foreach (var piece in camera.Pieces)
        {
            var instants = seconds.Where(s => s >= piece.FromSeconds && s < piece.EndSeconds).Order().ToArray();
            if (instants.Length == 0)
            {
                continue;
            }

            using var reader = VideoReader.Open(piece.Path);
            var reached = 0.0;
            foreach (var instant in instants)
            {
                var wanted = instant - piece.StartSeconds - (0.5 / camera.FramesPerSecond);
                if (wanted - reached > DecodeOnSeconds)
                {
                    reader.Seek(wanted);
                }

                if (FirstFrom(reader, wanted, cancellationToken) is not { } frame)
                {
                    break;
                }

                using (frame)
                {
                    pictures.Add(frame.ToI420());
                    reached = frame.Seconds;
                }
            }
        }

        return pictures;
    }

    /// <summary>The pictures from a time in the file on, in order; each is disposed by the caller.</summary>
    public static IEnumerable<VideoFrame> FramesFrom(IVideoReader reader, double seconds, CancellationToken cancellationToken)
    {
        reader.Seek(Math.Max(0, seconds));
        while (FirstFrom(reader, seconds, cancellationToken) is { } frame)
        {
            yield return frame;
        }
    }

    private static VideoFrame? FirstFrom(IVideoReader reader, double seconds, CancellationToken cancellationToken)
    {
        while (reader.Read() is { } frame)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (frame.Seconds >= seconds)
            {
                return frame;
            }

            frame.Dispose();
        }

        return null;
    }
}
