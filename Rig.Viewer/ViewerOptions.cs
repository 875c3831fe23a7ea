namespace Rig.Viewer;

/// <summary>Section <c>Rig:Viewer</c>.</summary>
internal sealed class ViewerOptions
{
    public const string Section = "Rig:Viewer";

    /// <summary>Where the program listens; port 0 takes a free one.</summary>
    public string ListenUrl { get; set; } = "http://0.0.0.0:8090";

    /// <summary>The address that people type. With https, cookies are only ever sent over https.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Folder of the keys that sign cookies; empty means <c>keys</c> in the media folder. Keep it: without it everyone is signed out.</summary>
    public string KeysPath { get; set; } = "";

    /// <summary>Sign-in attempts that one address may make in a minute.</summary>
    public int LoginAttemptsPerMinute { get; set; } = 20;

    public bool IsHttps => PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
