using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Rig.Engine.Actor;

namespace Rig.Engine.Cluster;

/// <summary>A node of the cluster with its status and roles. Two members are equal when they are the same incarnation, whatever their status.</summary>
[SuppressMessage("Design", "CA1036:Override methods on comparable types", Justification = "Akka.NET's API: the order sorts lists and is not asked by operators.")]
public class Member : IComparable, IComparable<Member>
{
    /// <summary>The age of a member that was never Up: younger than all that were.</summary>
    internal const int NeverUp = int.MaxValue;

    internal Member(UniqueAddress uniqueAddress, int upNumber, MemberStatus status, ImmutableHashSet<string> roles)
    {
        UniqueAddress = uniqueAddress;
        UpNumber = upNumber;
        Status = status;
        Roles = roles;
    }

    public UniqueAddress UniqueAddress { get; }

    public Address Address => UniqueAddress.Address;

    public MemberStatus Status { get; }

    public ImmutableHashSet<string> Roles { get; }

    /// <summary>Counts up with each member that the leader moved to Up: the lowest is the oldest.</summary>
    internal int UpNumber { get; }

    internal static IComparer<Member> AgeOrder { get; } = Comparer<Member>.Create((left, right) =>
    {
        var byAge = left.UpNumber.CompareTo(right.UpNumber);
        return byAge != 0 ? byAge : left.UniqueAddress.CompareTo(right.UniqueAddress);
    });

    public bool HasRole(string role) => Roles.Contains(role);

    /// <summary>True if this member was moved to Up earlier.</summary>
    public bool IsOlderThan(Member other) => AgeOrder.Compare(this, other) < 0;

    public int CompareTo(Member? other) => other is null ? 1 : UniqueAddress.CompareTo(other.UniqueAddress);

    public override bool Equals(object? obj) => obj is Member other && UniqueAddress.Equals(other.UniqueAddress);

    public override int GetHashCode() => UniqueAddress.GetHashCode();

    public override string ToString() => $"Member(address = {UniqueAddress}, status = {Status}, roles = [{string.Join(", ", Roles)}])";

    int IComparable.CompareTo(object? obj) => CompareTo(obj as Member);

    internal Member With(MemberStatus status) => status == Status ? this : new Member(UniqueAddress, UpNumber, status, Roles);

    internal Member WithUp(int upNumber) => new(UniqueAddress, upNumber, MemberStatus.Up, Roles);
}
