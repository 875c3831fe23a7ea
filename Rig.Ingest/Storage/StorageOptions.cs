namespace Rig.Ingest.Storage;

/// <summary>Where matches lie on this server; the layout is in docs/ref/server-storage.md.</summary>
public sealed class StorageOptions
{
    public const string Section = "Rig:Storage";

    public string SessionsPath { get; set; } = "/data/soccer-rig/sessions";

    public string ProcessingPath { get; set; } = "/data/soccer-rig/processing";

    /// <summary>Where files lie while they arrive. On the file system of <see cref="SessionsPath"/>, so that a finished one is renamed and never copied.</summary>
    public string TempPath { get; set; } = "/data/soccer-rig/temp";

    /// <summary>Uploads that would leave less than this are refused (507).</summary>
    public double MinFreeSpaceGb { get; set; } = 50;
}
