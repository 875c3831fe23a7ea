namespace Rig.Media;

/// <summary>How a video stream's pictures are stored, beside their size: what a player minds before it shows them.</summary>
/// <param name="PixelFormat">By ffmpeg's name, such as <c>yuv420p10le</c>.</param>
/// <param name="SampleAspect">Width of a sample over its height.</param>
/// <param name="Range">By ffmpeg's name: <c>pc</c> for luma of 0 to 255, <c>tv</c> for 16 to 235; empty where the file does not say.</param>
/// <param name="Matrix">Of luma and chroma, by ffmpeg's name, such as <c>bt709</c>; empty where the file does not say.</param>
/// <param name="Transfer">By ffmpeg's name, such as <c>smpte2084</c>; empty where the file does not say.</param>
/// <param name="TurnDegrees">By which the picture is turned before it is shown, to either side.</param>
/// <param name="IsTurned">Also by being mirrored.</param>
public sealed record PictureForm(
    string PixelFormat, double SampleAspect, string Range, string Matrix, string Transfer, double TurnDegrees, bool IsTurned)
{
    /// <summary>8-bit 4:2:0 of video range, upright, of square samples, in the colours of HDTV.</summary>
    public static readonly PictureForm Plain = new("yuv420p", 1, "tv", "bt709", "bt709", 0, false);
}
