using Rig.Engine.Actor;

namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>The keys under <c>akka.cluster.singleton-proxy</c>.</summary>
public sealed class ClusterSingletonProxySettings : INoSerializationVerificationNeeded
{
    private ClusterSingletonProxySettings(string singletonName, string? role, TimeSpan singletonIdentificationInterval, int bufferSize, string? preferredRole)
    {
        SingletonName = singletonName;
        Role = role!;
        SingletonIdentificationInterval = singletonIdentificationInterval;
        BufferSize = bufferSize;
        PreferredRole = preferredRole;
    }

    public string SingletonName { get; }

    /// <summary>The role of the members that may host it; null for any.</summary>
    public string Role { get; }

    public TimeSpan SingletonIdentificationInterval { get; }

    /// <summary>Messages kept while it is not known where the singleton is; then the oldest is dropped for each new one. 0 keeps none.</summary>
    public int BufferSize { get; }

    internal string? PreferredRole { get; }

    internal SingletonOrder Order => new(Role, PreferredRole);

    public static ClusterSingletonProxySettings Create(ActorSystem system)
    {
        var section = system.Settings.Config.GetConfig("akka.cluster.singleton-proxy");
        return new ClusterSingletonProxySettings(
            section.GetString("singleton-name"),
            ClusterSingletonManagerSettings.NullIfEmpty(section.GetString("role")),
            section.GetTimeSpan("singleton-identification-interval"),
            section.GetInt("buffer-size"),
            ClusterSingletonManagerSettings.NullIfEmpty(system.Settings.Config.GetString("akka.cluster.singleton.preferred-role")));
    }

    public ClusterSingletonProxySettings WithSingletonName(string singletonName) => new(singletonName, Role, SingletonIdentificationInterval, BufferSize, PreferredRole);

    public ClusterSingletonProxySettings WithRole(string role) => new(SingletonName, role, SingletonIdentificationInterval, BufferSize, PreferredRole);

    public ClusterSingletonProxySettings WithSingletonIdentificationInterval(TimeSpan singletonIdentificationInterval) =>
        new(SingletonName, Role, singletonIdentificationInterval, BufferSize, PreferredRole);

    public ClusterSingletonProxySettings WithBufferSize(int bufferSize) => new(SingletonName, Role, SingletonIdentificationInterval, bufferSize, PreferredRole);
}
