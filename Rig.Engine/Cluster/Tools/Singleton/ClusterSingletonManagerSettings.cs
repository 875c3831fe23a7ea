using Rig.Engine.Actor;
using Rig.Engine.Cluster.Downing;
using Rig.Engine.Configuration;

namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>The keys under <c>akka.cluster.singleton</c>.</summary>
public sealed class ClusterSingletonManagerSettings : INoSerializationVerificationNeeded
{
    private ClusterSingletonManagerSettings(string singletonName, string? role, TimeSpan removalMargin, TimeSpan handOverRetryInterval, string? preferredRole)
    {
        SingletonName = singletonName;
        Role = role!;
        RemovalMargin = removalMargin;
        HandOverRetryInterval = handOverRetryInterval;
        PreferredRole = preferredRole;
    }

    /// <summary>The singleton's name under its manager.</summary>
    public string SingletonName { get; }

    /// <summary>Only members with this role host it; null for any.</summary>
    public string Role { get; }

    /// <summary>How long to wait after a host was downed, so that its side has ended its own.</summary>
    public TimeSpan RemovalMargin { get; }

    public TimeSpan HandOverRetryInterval { get; }

    internal string? PreferredRole { get; }

    internal SingletonOrder Order => new(Role, PreferredRole);

    public static ClusterSingletonManagerSettings Create(ActorSystem system) => Create(system.Settings.Config, system.Settings.Config.GetConfig("akka.cluster.singleton"));

    public ClusterSingletonManagerSettings WithSingletonName(string singletonName) => new(singletonName, Role, RemovalMargin, HandOverRetryInterval, PreferredRole);

    public ClusterSingletonManagerSettings WithRole(string role) => new(SingletonName, role, RemovalMargin, HandOverRetryInterval, PreferredRole);

    public ClusterSingletonManagerSettings WithRemovalMargin(TimeSpan removalMargin) => new(SingletonName, Role, removalMargin, HandOverRetryInterval, PreferredRole);

    public ClusterSingletonManagerSettings WithHandOverRetryInterval(TimeSpan handOverRetryInterval) => new(SingletonName, Role, RemovalMargin, handOverRetryInterval, PreferredRole);

    internal static string? NullIfEmpty(string? role) => string.IsNullOrEmpty(role) ? null : role;

    private static ClusterSingletonManagerSettings Create(Config root, Config section) => new(
        section.GetString("singleton-name"),
        NullIfEmpty(section.GetString("role")),
        DowningSettings.RemovalMargin(root),
        section.GetTimeSpan("hand-over-retry-interval"),
        NullIfEmpty(section.GetString("preferred-role")));
}
