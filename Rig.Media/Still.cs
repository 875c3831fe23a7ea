namespace Rig.Media;

/// <summary>Single pictures as files.</summary>
public static class Still
{
    /// <summary>Writes a raw 4:2:0 picture of video range as a JPEG.</summary>
    /// <param name="jpegWidth">Pixels; the height follows.</param>
    /// <exception cref="MediaException">ffmpeg failed.</exception>
    public static async Task WriteJpegAsync(ReadOnlyMemory<byte> picture, int width, int height, int jpegWidth, string path, CancellationToken cancellationToken)
    {
        await using var encoder = FrameWriter.Start(
            new RawVideo(width, height, null), null,
            ["-vf", $"scale={jpegWidth}:-2:in_range=tv:out_range=pc", "-frames:v", "1", "-q:v", "4", "-f", "image2", "-update", "1"], path);
        await encoder.WriteAsync(picture, cancellationToken);
        await encoder.FinishAsync(cancellationToken);
    }
}
