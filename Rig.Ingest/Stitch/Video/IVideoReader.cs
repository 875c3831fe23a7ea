namespace Rig.Ingest.Stitch.Video;

/// <summary>Decodes one video file in order. Used by one thread at a time.</summary>
internal interface IVideoReader : IDisposable
{
    int Width { get; }

    int Height { get; }

    double FramesPerSecond { get; }

    /// <summary>By the container; 0 where it does not say.</summary>
    double DurationSeconds { get; }

    bool HasAudio { get; }

    /// <summary>The next picture, or null at the end. The caller disposes it.</summary>
    VideoFrame? Read();

    /// <summary>Goes on at the key frame at or before this time.</summary>
    void Seek(double seconds);
}

internal static class VideoReader
{
    /// <summary>Through libav in this process where its ABI is the known one, else through an ffmpeg process.</summary>
    /// <exception cref="InvalidDataException">The file is not a video that can be decoded; the message names it.</exception>
    public static IVideoReader Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"The video {Path.GetFileName(path)} does not exist.");
        }

        return Libav.IsUsable ? LibavReader.Open(path) : FfmpegReader.Open(path);
    }
}
