namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// Decodes one video file in order, into upright 8-bit 4:2:0 pictures of square samples, of video range and BT.709's colours, whatever the
/// file holds. Used by one thread at a time.
/// </summary>
internal interface IVideoReader : IDisposable
{
    int Width { get; }

    int Height { get; }

    double FramesPerSecond { get; }

    /// <summary>By the container; counted where it does not say.</summary>
    double DurationSeconds { get; }

    /// <summary>Time stamp of the first picture, in whose times the file's sound counts, too.</summary>
    double FirstSeconds { get; }

    bool HasAudio { get; }

    /// <summary>The next picture, or null at the end. The caller disposes it.</summary>
    VideoFrame? Read();

    /// <summary>Goes on at the key frame at or before this time.</summary>
    void Seek(double seconds);
}

internal static class VideoReader
{
    /// <summary>
    /// Through libav in this process where its ABI is the known one and the pictures are as wanted; through an ffmpeg process that turns,
    /// scales and converts them where not.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not a video that can be decoded; the message names it.</exception>
    /// <exception cref="Rig.Actors.Pipeline.StageFailedException">It is whole, but its pictures cannot be made as wanted; the message names it.</exception>
    public static IVideoReader Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"The video {Path.GetFileName(path)} does not exist.");
        }

        if (!Libav.IsUsable)
        {
            return FfmpegReader.Open(path);
        }

        var reader = LibavReader.Open(path);
        try
        {
            var stored = reader.Stored;
            var played = PlayedForm.Of(Path.GetFileName(path), stored.Width, stored.Height, stored.Form);
            if (played.IsAsStored)
            {
                return reader;
            }

            reader.Dispose();
            return new FfmpegReader(path, played, stored, reader.HasAudio);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
