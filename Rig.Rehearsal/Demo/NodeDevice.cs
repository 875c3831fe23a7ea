using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Access;
using Rig.Hosting.Access;

namespace Rig.Rehearsal.Demo;

/// <summary>Pairs a program with a node by the node's own folder, as <c>rig-node pair --device</c> does.</summary>
internal static class NodeDevice
{
    /// <param name="configPath">The node's <c>Rig:Node:ConfigPath</c>.</param>
    /// <returns>The header <c>Cookie</c> by which the node knows the program.</returns>
    public static string Pair(string configPath, string role = Roles.Owner) =>
        $"{PhoneCookie.Name}={FileOf(configPath).Pair("program", role, TimeProvider.System.GetUtcNow()).Cookie}";

    /// <summary>The PIN by which the next phone is paired.</summary>
    public static string PinOf(string configPath) => FileOf(configPath).Current.Pin;

    private static PairingFile FileOf(string configPath) => new(PairingFile.FolderOf(configPath), NullLogger.Instance);
}
