namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>Who should host the singleton: of the members with the role that are Up, those with the preferred role first, the oldest first among equals.</summary>
internal sealed record SingletonOrder(string? Role, string? PreferredRole)
{
    public Member? First(IEnumerable<Member> members) => members
        .Where(member => member.Status == MemberStatus.Up && Hosts(member))
        .OrderByDescending(member => PreferredRole is not null && member.HasRole(PreferredRole))
        .ThenBy(member => member, Member.AgeOrder)
        .FirstOrDefault();

    /// <summary>Members that may be hosting it now, or may have been until a moment ago.</summary>
    public IEnumerable<Member> PossibleHosts(IEnumerable<Member> members) =>
        members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting or MemberStatus.Down && Hosts(member));

    private bool Hosts(Member member) => Role is null || member.HasRole(Role);
}
