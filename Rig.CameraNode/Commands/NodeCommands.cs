using System.CommandLine;

namespace Rig.CameraNode.Commands;

/// <summary>What rig-node can do beside running as a node. Without a verb it runs.</summary>
internal static class NodeCommands
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("A camera node of Rig. Without a command it runs as the node; its settings are in docs/ref/node-api.md.")
        {
            CheckCommand.Create(),
            ChronyConfigCommand.Create(),
            ToneCommand.Create(),
            ProbeCommand.Create(),
            PairCommand.Create(),
        };
        var parsed = root.Parse(args);
        var exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? 2 : exitCode;
    }
}
