namespace Rig.Viewer.Settings;

/// <summary>Section <c>Rig:Viewer</c>.</summary>
internal sealed class ViewerOptions
{
    public const string Section = "Rig:Viewer";

    /// <summary>Where the program listens; port 0 takes a free one.</summary>
    public string ListenUrl { get; set; } = "http://0.0.0.0:8090";

    /// <summary>Serves plain HTTP to other machines, too: for a network where nobody reads along. What a proxy on this machine sends is served in any case.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>The address that people type. With https, cookies are only ever sent over https.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Further names that the viewer answers to, without port: such as the one by which the ingest server reaches it.</summary>
    public string[] Hosts { get; set; } = [];

    /// <summary>Folder of the keys that sign cookies; empty means <c>keys</c> in the media folder. Keep it: without it everyone is signed out.</summary>
    public string KeysPath { get; set; } = "";

    /// <summary>Sign-in attempts that one address may make in a minute.</summary>
    public int LoginAttemptsPerMinute { get; set; } = 20;

    /// <summary>All configured names, as the Host header has them; <c>[::]</c> and <c>0.0.0.0</c> name no host.</summary>
    public IEnumerable<string> HostNames => Hosts.Select(name => Uri.CheckHostName(name) == UriHostNameType.IPv6 && !name.StartsWith('[') ? $"[{name}]" : name)
        .Concat(new[] { PublicUrl, ListenUrl }.OfType<string>().Select(url => new Uri(url).Host)).Where(name => name is not ("0.0.0.0" or "[::]"));

    public bool IsHttps => PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
