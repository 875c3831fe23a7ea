using System.Diagnostics;
using System.Globalization;

namespace Rig.CameraNode.SelfTest;

/// <summary>Decodes a video as a player would.</summary>
internal interface IVideoDecoder
{
    /// <summary>Decodes every frame and counts them.</summary>
    /// <exception cref="InvalidDataException">The video has a fault; the message says which.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    Task<long> CountFramesAsync(string path);
}

/// <summary>With an ffmpeg process of low priority.</summary>
internal sealed class FfmpegDecoder : IVideoDecoder
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<long> CountFramesAsync(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                "ffmpeg", ["-v", "error", "-xerror", "-i", path, "-fps_mode", "passthrough", "-progress", "pipe:1", "-nostats", "-f", "null", "-"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            })!;
            try
            {
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync();
                var progress = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
                await process.WaitForExitAsync().WaitAsync(Patience);
                var frames = progress.Split('\n').LastOrDefault(line => line.StartsWith("frame=", StringComparison.Ordinal));
                return process.ExitCode == 0 && frames is not null && long.TryParse(frames["frame=".Length..], CultureInfo.InvariantCulture, out var count)
                    ? count
                    : throw new InvalidDataException($"The recording cannot be decoded: {(await errors).Split('\n')[0]}");
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidDataException("The recording could not be decoded: ffmpeg is not installed.");
        }
    }
}
