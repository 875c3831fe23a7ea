using Rig.Hosting.Configuration;

namespace Rig.Ingest.Pull;

/// <summary>Nodes that are asked although they are in no cluster (<c>Rig:Nodes</c>), by their address.</summary>
public sealed class NodeSet
{
    public const string Key = "Rig:Nodes";

    private NodeSet(IReadOnlyList<string> urls) => Urls = urls;

    public IReadOnlyList<string> Urls { get; }

    /// <exception cref="StartupException">An entry is no http or https address.</exception>
    public static NodeSet FromConfiguration(IConfiguration configuration) => new(
        (configuration.GetSection(Key).Get<string[]>() ?? [])
            .Select(text => RemoteTake.NormalizeNodeUrl(text)
                ?? throw new StartupException($"{Key} contains '{text}'. Each entry must be a node's address, such as http://192.168.1.101:8080."))
            .Distinct()
            .ToList());
}
