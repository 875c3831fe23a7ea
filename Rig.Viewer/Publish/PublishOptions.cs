namespace Rig.Viewer.Publish;

/// <summary>Section <c>Rig:Push</c>.</summary>
internal sealed class PublishOptions
{
    /// <summary>The key that it had before publishing was called so.</summary>
    public const string Section = "Rig:Push";

    /// <summary>Lower-case hex SHA-256 of the ingest server's key, so that the key itself lies nowhere here. Empty refuses every publication.</summary>
    public string ApiKeySha256 { get; set; } = "";
}
