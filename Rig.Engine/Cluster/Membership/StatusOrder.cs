namespace Rig.Engine.Cluster.Membership;

/// <summary>A member only ever moves forward in this order, so that of two views of it the later one is known without a clock.</summary>
internal static class StatusOrder
{
    public static int Rank(MemberStatus status) => status switch
    {
        MemberStatus.Joining => 0,
        MemberStatus.WeaklyUp => 1,
        MemberStatus.Up => 2,
        MemberStatus.Leaving => 3,
        MemberStatus.Exiting => 4,
        MemberStatus.Down => 5,
        _ => 6,
    };

    /// <summary>The view of a member that has got further; of two with the same status the one that knows its age.</summary>
    public static Member Later(Member left, Member right)
    {
        var byStatus = Rank(left.Status).CompareTo(Rank(right.Status));
        if (byStatus == 0)
            return left.UpNumber <= right.UpNumber ? left : right;
        var (later, earlier) = byStatus > 0 ? (left, right) : (right, left);
        // A member that was downed while Joining on one side may be Up on the other: its age is then known there.
        return later.UpNumber <= earlier.UpNumber ? later : new Member(later.UniqueAddress, earlier.UpNumber, later.Status, later.Roles);
    }
}
