namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>Where things lie in the staging folder: footage by the names it has on the camera, and what Rig remembers below <see cref="OwnFolder"/>.</summary>
internal sealed class StagingFolder(string root)
{
    internal const string OwnFolder = ".rig";

    internal string Root { get; } = Path.GetFullPath(root);

    internal string LedgerPath => Own("ledger.jsonl");

    internal string StatusPath => Own("status.json");

    internal string PowerPath => Own("power.json");

    internal string PartsFolder => Own("parts");

    private string Own(string name) => Path.Combine(Root, OwnFolder, name);

    internal string Full(string relative) => Path.Combine(Root, relative);

    /// <exception cref="IOException">They cannot be made.</exception>
    internal void Create()
    {
        Rig.Hosting.Files.DurableFile.CreateDirectory(Root);
        Rig.Hosting.Files.DurableFile.CreateDirectory(PartsFolder);
    }

    /// <summary>Footage that lies there, by its path from the root, sorted.</summary>
    internal IEnumerable<string> Files() => FileWalk.RegularFiles(Root)
        .Select(file => Path.GetRelativePath(Root, file.FullName))
        .Where(relative => !relative.StartsWith(OwnFolder + "/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
