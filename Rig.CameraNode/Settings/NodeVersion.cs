using System.Reflection;

namespace Rig.CameraNode.Settings;

internal static class NodeVersion
{
    /// <summary>The program's own, such as <c>0.1.0</c>, without the commit.</summary>
    internal static string Current { get; } = typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
