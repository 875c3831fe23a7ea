using Microsoft.Extensions.Options;
using Rig.Actors.Membership;
using Rig.CameraNode.Settings;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;

namespace Rig.CameraNode.Hosting;

/// <summary>What keeps a node from starting because of who it is, or is not, in the rig.</summary>
internal static class NodeTrust
{
    /// <summary>The trust folder unless the configuration names another.</summary>
    public const string Folder = "/var/lib/rig-node/trust";

    public static IEnumerable<string> Errors(IServiceProvider services, TrustOptions trust)
    {
        var node = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var folder = new TrustFolder(trust.Directory);
        if (ClusterTls.Refusal(folder.IsEnrolled, trust.AllowPlainMachines, node.ClusterHost, "rig-node trust join") is { } refusal)
        {
            yield return refusal;
        }

        if (folder.IsEnrolled && MachineIdentity.Of(folder.ReadMachine()) is var self && self != MachineIdentity.Node(node.Camera))
        {
            yield return $"This machine is enrolled as {self} and not as camera {node.CameraId}. Set {NodeOptions.Section}:CameraId to its name, or enrol it again under the new one.";
        }
    }
}
