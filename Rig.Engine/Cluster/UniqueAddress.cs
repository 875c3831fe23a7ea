using System.Diagnostics.CodeAnalysis;
using Rig.Engine.Actor;

namespace Rig.Engine.Cluster;

/// <summary>One incarnation of a node: a restart on the same address gets another uid.</summary>
[SuppressMessage("Design", "CA1036:Override methods on comparable types", Justification = "Akka.NET's API: the order sorts lists and is not asked by operators.")]
public class UniqueAddress : IComparable, IComparable<UniqueAddress>, IEquatable<UniqueAddress>
{
    public UniqueAddress(Address address, int uid)
    {
        Address = address;
        Uid = uid;
    }

    public Address Address { get; }

    public int Uid { get; }

    public static bool operator ==(UniqueAddress? left, UniqueAddress? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(UniqueAddress? left, UniqueAddress? right) => !(left == right);

    [SuppressMessage("Naming", "CA1725:Parameter names should match base declaration", Justification = "Akka.NET's API.")]
    public int CompareTo(UniqueAddress? uniqueAddress)
    {
        if (uniqueAddress is null)
            return 1;
        var byAddress = AddressOrder.Compare(Address, uniqueAddress.Address);
        return byAddress != 0 ? byAddress : Uid.CompareTo(uniqueAddress.Uid);
    }

    public bool Equals(UniqueAddress? other) => other is not null && Uid == other.Uid && Address.Equals(other.Address);

    public override bool Equals(object? obj) => Equals(obj as UniqueAddress);

    public override int GetHashCode() => Uid;

    public override string ToString() => $"{Address}#{Uid}";

    int IComparable.CompareTo(object? obj) => CompareTo(obj as UniqueAddress);
}
