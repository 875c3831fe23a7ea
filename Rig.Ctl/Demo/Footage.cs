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

    private static string? First(string[] paths) => paths.Order(StringComparer.Ordinal).FirstOrDefault();
}
