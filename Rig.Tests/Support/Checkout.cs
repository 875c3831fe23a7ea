namespace Rig.Tests.Support;

/// <summary>The working tree that the tests were built from.</summary>
internal static class Checkout
{
    /// <exception cref="DirectoryNotFoundException">The tests do not run below their checkout.</exception>
    public static string Root { get; } = Find();

    /// <param name="path">From the root, with slashes.</param>
    public static string File(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests run below their checkout, which has Rig.sln.");
    }
}
