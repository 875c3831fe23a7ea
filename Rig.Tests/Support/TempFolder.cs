namespace Rig.Tests.Support;

/// <summary>A folder of the test's own, deleted with it.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string prefix = "rig-test") => Path = Directory.CreateTempSubdirectory(prefix + "-").FullName;

    public string Path { get; }

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
