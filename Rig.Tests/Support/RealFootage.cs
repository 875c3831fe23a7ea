namespace Rig.Tests.Support;

/// <summary>
/// Real match footage that is not part of the project. Looked for in <c>RIG_TEST_FOOTAGE</c> and in <c>../shared/data</c> beside
/// the checkout; a test that finds none says so in its output and checks nothing.
/// </summary>
public static class RealFootage
{
    /// <summary>Why a test that needs it did not run.</summary>
    public const string Missing = "there is no real footage here (RIG_TEST_FOOTAGE names its folder)";

    /// <summary>The folder with <c>left_camera.mp4</c> and <c>right_camera.mp4</c>, or null.</summary>
    public static string? PairFolder { get; } = Environment.GetEnvironmentVariable("RIG_TEST_FOOTAGE") is { Length: > 0 } configured
        ? Directory.Exists(configured) ? configured : null
        : Find("tsukuba_pair");

    /// <summary>A folder of small files with something odd about each, or null; never configured, only beside the checkout.</summary>
    public static string? OddFolder { get; } = Find("odd_media");

    private static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "..", "shared", "data", name);
            if (File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
            {
                return Directory.Exists(candidate) ? Path.GetFullPath(candidate) : null;
            }
        }

        return null;
    }
}
