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
    public static string? PairFolder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RIG_TEST_FOOTAGE") is { Length: > 0 } configured)
        {
            return Directory.Exists(configured) ? configured : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "..", "shared", "data", "tsukuba_pair");
            if (File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
            {
                return Directory.Exists(candidate) ? Path.GetFullPath(candidate) : null;
            }
        }

        return null;
    }
}
