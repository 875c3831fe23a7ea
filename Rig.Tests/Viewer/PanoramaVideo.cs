using System.Diagnostics;

namespace Rig.Tests.Viewer;

/// <summary>
/// A short panorama whose colours say where they are: red grows from left to right, green from top to bottom. What a virtual
/// camera shows can so be checked against the geometry, pixel by pixel.
/// </summary>
internal static class PanoramaVideo
{
    public const int Width = 1200;
    public const int Height = 300;

    private static readonly Lazy<Task<byte[]>> Made = new(() => RunAsync(
        $"-f lavfi -i color=c=black:s={Width}x{Height}:r=10:d=20,format=gbrp,geq=r=255*X/W:g=255*Y/H:b=64",
        "-c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -vf scale=out_color_matrix=bt709:out_range=tv -movflags +faststart",
        ".mp4"));

    private static readonly Lazy<Task<byte[]>> MadeClip = new(() => RunAsync(
        "-f lavfi -i testsrc2=s=320x180:r=10:d=2", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -movflags +faststart", ".mp4"));

    private static readonly Lazy<Task<byte[]>> MadePicture = new(() => RunAsync("-f lavfi -i testsrc2=s=320x180:d=1", "-frames:v 1", ".jpg"));

    /// <summary>20 seconds.</summary>
    public static Task<byte[]> PanoramaAsync() => Made.Value;

    /// <summary>2 seconds.</summary>
    public static Task<byte[]> ClipAsync() => MadeClip.Value;

    public static Task<byte[]> PictureAsync() => MadePicture.Value;

    private static async Task<byte[]> RunAsync(string input, string output, string extension)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + extension);
        try
        {
            using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", $"-loglevel error -y {input} {output} {path}") { RedirectStandardError = true })!;
            var said = await ffmpeg.StandardError.ReadToEndAsync();
            await ffmpeg.WaitForExitAsync();
            Assert.True(ffmpeg.ExitCode == 0, said);
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
