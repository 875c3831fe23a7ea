namespace Rig.Engine.Cluster;

/// <summary>Where a member stands in its life. Numbers are on the wire.</summary>
public enum MemberStatus
{
    Joining = 0,
    Up = 1,
    Leaving = 2,
    Exiting = 3,
    Down = 4,
    Removed = 5,
    WeaklyUp = 6,
}
