namespace Rig.Viewer.Storage;

/// <summary>Section <c>Rig:Database</c>.</summary>
internal sealed class DatabaseOptions
{
    public const string Section = "Rig:Database";

    /// <summary>Npgsql's, such as <c>Host=127.0.0.1;Database=rig_viewer;Username=rig;Password=...</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Upgrade the schema at start instead of refusing to start on an older one.</summary>
    public bool AutoUpgrade { get; set; }
}
