namespace Rig.Ingest.Stages;

/// <summary>What a stage that was killed leaves behind: results under temporary names, up to the size of a panorama.</summary>
internal static class StageLeftovers
{
    /// <summary>Where stages write (docs/ref/server-storage.md); the cameras' folders are none of theirs.</summary>
    private static readonly string[] Folders = ["stitched", "analysis", "clips"];

    private static readonly string[] Endings = [".part", ".tmp", ".people"];

    /// <summary>While no stage of the session runs.</summary>
    public static void Delete(string sessionPath)
    {
        foreach (var folder in Folders.Select(name => Path.Combine(sessionPath, name)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder).Where(file => Endings.Contains(Path.GetExtension(file))).ToArray())
            {
                File.Delete(file);
            }
        }
    }
}
