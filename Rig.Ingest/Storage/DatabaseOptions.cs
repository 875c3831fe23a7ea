namespace Rig.Ingest.Storage;

public sealed class DatabaseOptions
{
    public const string Section = "Rig:Database";

    public string ConnectionString { get; set; } = "";

    /// <summary>Applies missing migrations at start instead of refusing to start. For demos and tests; a server is upgraded by <c>rig-ingest upgrade</c>.</summary>
    public bool AutoUpgrade { get; set; }
}
