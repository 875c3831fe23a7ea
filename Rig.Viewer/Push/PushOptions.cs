namespace Rig.Viewer.Push;

/// <summary>Section <c>Rig:Push</c>.</summary>
internal sealed class PushOptions
{
    public const string Section = "Rig:Push";

    /// <summary>Lower-case hex SHA-256 of the ingest server's key, so that the key itself lies nowhere here. Empty refuses every push.</summary>
    public string ApiKeySha256 { get; set; } = "";
}
