using System.Diagnostics;
using System.Globalization;

namespace Rig.Ctl.Demo;

/// <summary>Which file plays which camera.</summary>
/// <param name="CheckerboardFolder">Pictures of a checkerboard by this camera, where the folder has some.</param>
/// <param name="PitchPointsFile">Hand-marked points of the pitch in this camera's picture, where the folder has them.</param>
internal sealed record FootageCamera(string CameraId, string VideoFile, string? CheckerboardFolder, string? PitchPointsFile);

internal static class Footage
{
    private static readonly (string Prefix, string CameraId)[] Positions = [("left", "CAM_L"), ("center", "CAM_C"), ("right", "CAM_R")];

    /// <summary>
    /// Looks for <c>left*.mp4</c>, <c>center*.mp4</c> and <c>right*.mp4</c>; beside them <c>left*checkerboard*/</c> and
    /// <c>left*keypoints*.xml</c> and so on, each optional.
    /// </summary>
    /// <exception cref="DemoException">The folder has no left and right file.</exception>
    public static IReadOnlyList<FootageCamera> Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DemoException($"--footage: there is no folder '{folder}'.");
        }

        var cameras = new List<FootageCamera>();
        foreach (var (prefix, cameraId) in Positions)
        {
            var video = First(Directory.GetFiles(folder, prefix + "*.mp4"));
            if (video is not null)
            {
                cameras.Add(new FootageCamera(
                    cameraId,
                    Path.GetFullPath(video),
                    First(Directory.GetDirectories(folder, prefix + "*checkerboard*")) is { } boards ? Path.GetFullPath(boards) : null,
                    First(Directory.GetFiles(folder, prefix + "*keypoints*.xml")) is { } points ? Path.GetFullPath(points) : null));
            }
        }

        return cameras.Exists(c => c.CameraId == "CAM_L") && cameras.Exists(c => c.CameraId == "CAM_R")
            ? cameras
            : throw new DemoException($"--footage: '{folder}' needs a left*.mp4 and a right*.mp4 (a center*.mp4 is optional).");
    }

    /// <returns>The left file's rate, to the nearest whole number that a camera can have; null when it cannot be read.</returns>
    public static async Task<int?> FramesPerSecondAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder) || First(Directory.GetFiles(folder, "left*.mp4")) is not { } file)
        {
            return null;
        }

        var start = new ProcessStartInfo("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate", "-of", "default=nk=1:nw=1", file])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var parts = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim().Split('/');
        await process.WaitForExitAsync(cancellationToken);
        return parts.Length == 2 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out var frames) && double.TryParse(parts[1], CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? Math.Clamp((int)Math.Round(frames / seconds), 5, 60)
            : null;
    }

    /// <summary>
    /// Writes the footage in the cameras' size: two cores cannot decode several large pictures as fast as cameras deliver them while
    /// they also encode. A little more than is filmed, so that it does not begin anew at the end.
    /// </summary>
    public static async Task ScaleAsync(string file, string scaled, VideoMode mode, int seconds, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(scaled)!);
        var start = new ProcessStartInfo(
            "ffmpeg",
            [
                "-hide_banner", "-nostdin", "-loglevel", "error", "-t", (seconds + 5).ToString(CultureInfo.InvariantCulture), "-i", file, "-an",
                "-vf", $"scale={mode.Width}:{mode.Height}:flags=area", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "fastdecode", "-crf", "14", "-pix_fmt", "yuv420p", "-y", scaled,
            ])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var error = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new DemoException($"--footage: ffmpeg cannot read '{file}': {error.Trim()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string? First(string[] paths) => paths.Order(StringComparer.Ordinal).FirstOrDefault();
}
