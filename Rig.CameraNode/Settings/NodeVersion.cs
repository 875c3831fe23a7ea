using System.Reflection;

namespace Rig.CameraNode.Settings;

internal static class NodeVersion
{
    /// <summary>The program's own with the commit, such as <c>0.1.0+4f2c...</c>.</summary>
    internal static string WithCommit { get; } = typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Without the commit.</summary>
    internal static string Current { get; } = WithCommit.Split('+')[0];
}
