using Rig.Media;
using Rig.Rehearsal.Capture;

namespace Rig.Rehearsal.Demo;

/// <summary>Which file plays which camera.</summary>
/// <param name="CheckerboardFolder">Pictures of a checkerboard by this camera, where the folder has some.</param>
/// <param name="PitchPointsFile">Hand-marked points of the pitch in this camera's picture, where the folder has them.</param>
internal sealed record FootageCamera(string CameraId, string VideoFile, string? CheckerboardFolder, string? PitchPointsFile);

internal static class FootageFolder
{
    private static readonly (string Prefix, string CameraId)[] Positions = [("left", "CAM_L"), ("center", "CAM_C"), ("right", "CAM_R")];

    /// <summary>What cameras, phones and recorders write; the first in this order is taken.</summary>
    private static readonly string[] Extensions = [".mp4", ".mov", ".m4v", ".mkv", ".ts", ".mts", ".m2ts", ".avi", ".webm"];

    private static readonly EnumerationOptions AnyCase = new() { MatchCasing = MatchCasing.CaseInsensitive };

    /// <summary>
    /// Looks for <c>left*.mp4</c>, <c>center*.mp4</c> and <c>right*.mp4</c>, or files of other containers; beside them
    /// <c>left*checkerboard*/</c> and <c>left*keypoints*.xml</c> and so on, each optional. Case does not matter.
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
            var video = Video(folder, prefix);
            if (video is not null)
            {
                cameras.Add(new FootageCamera(
                    cameraId,
                    Path.GetFullPath(video),
                    First(Directory.GetDirectories(folder, prefix + "*checkerboard*", AnyCase)) is { } boards ? Path.GetFullPath(boards) : null,
                    First(Directory.GetFiles(folder, prefix + "*keypoints*.xml", AnyCase)) is { } points ? Path.GetFullPath(points) : null));
            }
        }

        return cameras.Exists(c => c.CameraId == "CAM_L") && cameras.Exists(c => c.CameraId == "CAM_R")
            ? cameras
            : throw new DemoException($"--footage: '{folder}' needs a left*.mp4 and a right*.mp4 (a center*.mp4 is optional). Capitals do not matter; {string.Join(", ", Extensions[1..])} will do as well.");
    }

    /// <returns>The left file's rate, to the nearest whole number that a camera can have; null when it cannot be read.</returns>
    public static async Task<int?> FramesPerSecondAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder) || Video(folder, "left") is not { } file)
        {
            return null;
        }

        try
        {
            return (await MediaProbe.ReadAsync(file, cancellationToken)).Video is { FramesPerSecond: > 0 } video
                ? Math.Clamp((int)Math.Round(video.FramesPerSecond), 5, 60)
                : null;
        }
        catch (MediaException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes the footage in the cameras' size: two cores cannot decode several large pictures as fast as cameras deliver them while
    /// they also encode. A little more than is filmed, so that it does not begin again at the end.
    /// </summary>
    public static async Task ScaleAsync(string file, string scaled, VideoMode mode, int seconds, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(scaled)!);
        try
        {
            await Transcode.ToFileAsync(
                new MediaInput(file) { DurationSeconds = seconds + 5 },
                ["-an", "-vf", PictureShape.Within(mode.Width, mode.Height, "area"), "-c:v", "libx264", "-preset", "ultrafast", "-tune", "fastdecode", "-crf", "14", "-pix_fmt", "yuv420p"],
                scaled, Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (MediaException e)
        {
            throw new DemoException($"--footage: ffmpeg cannot read '{file}': {e.Message}");
        }
    }

    private static string? Video(string folder, string prefix) => Directory.GetFiles(folder, prefix + "*", AnyCase)
        .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        .OrderBy(file => Array.FindIndex(Extensions, e => e.Equals(Path.GetExtension(file), StringComparison.OrdinalIgnoreCase)))
        .ThenBy(file => file, StringComparer.Ordinal).FirstOrDefault();

    private static string? First(string[] paths) => paths.Order(StringComparer.Ordinal).FirstOrDefault();
}
