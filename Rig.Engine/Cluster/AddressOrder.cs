using Rig.Engine.Actor;

namespace Rig.Engine.Cluster;

/// <summary>The order by host, then port, that makes every node name the same leader.</summary>
internal static class AddressOrder
{
    public static int Compare(Address left, Address right)
    {
        var byHost = string.CompareOrdinal(left.Host, right.Host);
        if (byHost != 0)
            return byHost;
        var byPort = (left.Port ?? 0).CompareTo(right.Port ?? 0);
        return byPort != 0 ? byPort : string.CompareOrdinal(left.System, right.System);
    }
}
