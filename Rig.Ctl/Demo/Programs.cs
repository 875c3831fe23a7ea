namespace Rig.Ctl.Demo;

/// <summary>Where Rig's programs lie: beside this one when it was published, else in the source tree, built alike.</summary>
internal static class Programs
{
    private static readonly Dictionary<string, string> Projects = new()
    {
        ["rig-node"] = "Rig.CameraNode",
        ["rig-ingest"] = "Rig.Ingest",
        ["rig-viewer"] = "Rig.Viewer",
    };

    /// <exception cref="DemoException">The program is not built.</exception>
    public static string Find(string program)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, program);
        if (File.Exists(beside))
        {
            return beside;
        }

        // .../Rig.Ctl/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        for (var folder = output.Parent; folder is not null; folder = folder.Parent)
        {
            if (folder.Name == "Rig.Ctl" && folder.Parent is { } root)
            {
                var built = Path.Combine(root.FullName, Projects[program], Path.GetRelativePath(folder.FullName, output.FullName), program);
                return File.Exists(built) ? built : throw new DemoException($"{program} is not built. Run scripts/demo.sh, which builds it.");
            }
        }

        throw new DemoException($"{program} was not found beside rigctl.");
    }
}
