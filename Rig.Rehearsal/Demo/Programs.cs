namespace Rig.Rehearsal.Demo;

/// <summary>Where Rig's programs lie: in the source tree, built as this one is, else beside it.</summary>
internal static class Programs
{
    private static readonly Dictionary<string, string> Projects = new()
    {
        ["rig-node"] = "Rig.CameraNode",
        ["rig-ingest"] = "Rig.Ingest",
        ["rig-viewer"] = "Rig.Viewer",
        ["rigctl"] = "Rig.Ctl",
        ["rig-rehearsal"] = "Rig.Rehearsal",
    };

    /// <exception cref="DemoException">The program is not built.</exception>
    public static string Find(string program)
    {
        // <root>/<project>/bin/<configuration>/<framework>
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        for (var folder = output; folder is not null; folder = folder.Parent)
        {
            if (folder.Name == "bin" && folder.Parent is { } project && Root(project) is { } root)
            {
                var built = Path.Combine(root, Projects[program], Path.GetRelativePath(project.FullName, output.FullName), program);
                return File.Exists(built) ? built : throw new DemoException($"{program} is not built. Run scripts/demo.sh, which builds it.");
            }
        }

        var beside = Path.Combine(AppContext.BaseDirectory, program);
        return File.Exists(beside) ? beside : throw new DemoException($"{program} was not found beside rig-rehearsal.");
    }

    private static string? Root(DirectoryInfo folder)
    {
        var at = folder;
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Rig.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName;
    }
}
