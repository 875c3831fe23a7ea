using Rig.Media;

namespace Rig.CameraNode.SelfTest;

/// <summary>Decodes a video as a player would.</summary>
internal interface IVideoDecoder
{
    /// <summary>Decodes every frame and counts them.</summary>
    /// <exception cref="InvalidDataException">The video has a fault; the message says which.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    Task<long> CountFramesAsync(string path);
}

/// <summary>With an ffmpeg process.</summary>
internal sealed class FfmpegDecoder : IVideoDecoder
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public async Task<long> CountFramesAsync(string path)
    {
        try
        {
            return await Transcode.CountFramesAsync(path, Timeout, CancellationToken.None);
        }
        catch (MediaException e)
        {
            throw new InvalidDataException($"The recording cannot be decoded: {e.Message}", e);
        }
    }
}
