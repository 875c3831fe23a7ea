namespace Rig.Engine.Cluster.Downing;

/// <summary>Which side of a partition goes on. Every node asks the same question of the same members, so that exactly one side answers yes.</summary>
internal interface IDowningStrategy
{
    /// <param name="side">Members that can all reach each other and have a say; may be empty.</param>
    /// <param name="others">Everyone else; never empty.</param>
    bool Survives(IReadOnlyCollection<Member> side, IReadOnlyCollection<Member> others);
}

/// <summary>The larger part goes on; of two equal parts the one with the lowest address.</summary>
internal sealed class KeepMajority(string? role) : IDowningStrategy
{
    public bool Survives(IReadOnlyCollection<Member> side, IReadOnlyCollection<Member> others)
    {
        var mine = side.WithRole(role).ToList();
        var theirs = others.WithRole(role).ToList();
        if (mine.Count != theirs.Count)
            return mine.Count > theirs.Count;
        // Nobody has the role: the address decides among all.
        var all = mine.Count == 0 ? side.Concat(others) : mine.Concat(theirs);
        return side.Contains(all.MinBy(member => member.UniqueAddress)!);
    }
}

/// <summary>A part with at least that many members goes on. Only safe while there are fewer than twice as many members.</summary>
internal sealed class StaticQuorum : IDowningStrategy
{
    private readonly int _size;
    private readonly string? _role;

    public StaticQuorum(int size, string? role)
    {
        if (size < 1)
            throw new ArgumentException($"akka.cluster.split-brain-resolver.static-quorum.quorum-size is {size}; it must be at least 1.");
        _size = size;
        _role = role;
    }

    public bool Survives(IReadOnlyCollection<Member> side, IReadOnlyCollection<Member> others)
    {
        var mine = side.WithRole(_role).Count();
        var all = mine + others.WithRole(_role).Count();
        // With so many members both parts could reach the quorum: better none than two.
        return mine >= _size && all <= (_size * 2) - 1;
    }
}

/// <summary>The part with the oldest member goes on; if that is cut off alone from two or more, the others do.</summary>
internal sealed class KeepOldest(bool downIfAlone, string? role) : IDowningStrategy
{
    public bool Survives(IReadOnlyCollection<Member> side, IReadOnlyCollection<Member> others)
    {
        var mine = side.WithRole(role).ToList();
        var theirs = others.WithRole(role).ToList();
        var oldest = mine.Concat(theirs).Order(Member.AgeOrder).FirstOrDefault();
        if (oldest is null)
            return new KeepMajority(role: null).Survives(side, others);
        var hasOldest = mine.Contains(oldest);
        var (withOldest, without) = hasOldest ? (mine.Count, theirs.Count) : (theirs.Count, mine.Count);
        var isLeftAlone = downIfAlone && withOldest == 1 && without > 1;
        return hasOldest != isLeftAlone;
    }
}

/// <summary>Nobody goes on: for setups where something else starts the whole cluster again.</summary>
internal sealed class DownAll : IDowningStrategy
{
    public bool Survives(IReadOnlyCollection<Member> side, IReadOnlyCollection<Member> others) => false;
}

internal static class MembersByRole
{
    public static IEnumerable<Member> WithRole(this IEnumerable<Member> members, string? role) => members.Where(member => role is null || member.HasRole(role));
}
