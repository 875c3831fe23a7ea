using System.CommandLine;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Settings;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Hosting.Trust.Enrolment;

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
            TrustCommand.Create(Trust),
            UpdateHelperCommand.Create(),
            RollbackCommand.Create(),
            DashcamCommand.Create(),
            new Command("frames", "Runs this machine as a still-frame camera instead; its settings: rig-node frames --help."),
        };
        var parsed = root.Parse(args);
        var exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? 2 : exitCode;
    }

    private static TrustProgram Trust()
    {
        var configuration = NodeHost.CreateBuilder([]).Configuration;
        var node = configuration.GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new NodeOptions();
        var trust = new TrustOptions { Directory = NodeTrust.Folder };
        configuration.GetSection(TrustOptions.Section).Bind(trust);
        return new TrustProgram("rig-node", MachineIdentity.Node(node.Camera), MachineRole.Node, trust);
    }
}
