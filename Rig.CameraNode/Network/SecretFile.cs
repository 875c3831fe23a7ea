namespace Rig.CameraNode.Network;

/// <summary>A secret for another program to read, for as long as it is needed: arguments are seen by every user of a machine, this file is not.</summary>
internal sealed class SecretFile : IDisposable
{
    private SecretFile(string path) => Path = path;

    public string Path { get; }

    public static SecretFile Create(string content)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"rig-{Guid.NewGuid():N}");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(content));
        return new SecretFile(path);
    }

    public void Dispose() => File.Delete(Path);
}
