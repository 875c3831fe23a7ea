using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster;

/// <summary>What <see cref="Cluster.Subscribe(IActorRef, Type[])"/> delivers.</summary>
public class ClusterEvent
{
    private ClusterEvent()
    {
    }

    /// <summary>What a new subscriber gets first.</summary>
    public enum SubscriptionInitialStateMode
    {
        /// <summary>One <see cref="CurrentClusterState"/>.</summary>
        InitialStateAsSnapshot = 0,

        /// <summary>The events that would have led to the present state.</summary>
        InitialStateAsEvents = 1,
    }

    public interface IClusterDomainEvent : IDeadLetterSuppression;

    public interface IMemberEvent : IClusterDomainEvent
    {
        Member Member { get; }
    }

    public interface IReachabilityEvent : IClusterDomainEvent;

    /// <summary>The cluster as this node sees it at one moment.</summary>
    public sealed class CurrentClusterState : INoSerializationVerificationNeeded
    {
        private readonly ImmutableDictionary<string, Address> _roleLeaders;

        internal CurrentClusterState(
            ImmutableSortedSet<Member> members,
            ImmutableHashSet<Member> unreachable,
            ImmutableHashSet<Address> seenBy,
            Address? leader,
            ImmutableDictionary<string, Address> roleLeaders)
        {
            Members = members;
            Unreachable = unreachable;
            SeenBy = seenBy;
            Leader = leader!;
            _roleLeaders = roleLeaders;
        }

        /// <summary>By address.</summary>
        public ImmutableSortedSet<Member> Members { get; }

        public ImmutableHashSet<Member> Unreachable { get; }

        public ImmutableHashSet<Address> SeenBy { get; }

        /// <summary>Null while there is none.</summary>
        public Address Leader { get; }

        /// <summary>Null when no reachable member has the role.</summary>
        public Address RoleLeader(string role) => _roleLeaders.GetValueOrDefault(role)!;
    }

    public abstract class MemberStatusChange : IMemberEvent
    {
        private protected MemberStatusChange(Member member) => Member = member;

        public Member Member { get; }

        public override bool Equals(object? obj) =>
            obj is MemberStatusChange other && GetType() == other.GetType() && Member.Equals(other.Member) && Member.Status == other.Member.Status;

        public override int GetHashCode() => HashCode.Combine(GetType(), Member);

        public override string ToString() => $"{GetType().Name}({Member})";
    }

    public sealed class MemberJoined : MemberStatusChange
    {
        internal MemberJoined(Member member)
            : base(member)
        {
        }
    }

    public sealed class MemberUp : MemberStatusChange
    {
        internal MemberUp(Member member)
            : base(member)
        {
        }
    }

    public sealed class MemberLeft : MemberStatusChange
    {
        internal MemberLeft(Member member)
            : base(member)
        {
        }
    }

    public sealed class MemberExited : MemberStatusChange
    {
        internal MemberExited(Member member)
            : base(member)
        {
        }
    }

    public sealed class MemberDowned : MemberStatusChange
    {
        internal MemberDowned(Member member)
            : base(member)
        {
        }
    }

    public sealed class MemberRemoved : MemberStatusChange
    {
        internal MemberRemoved(Member member, MemberStatus previousStatus)
            : base(member) => PreviousStatus = previousStatus;

        /// <summary>Exiting after a graceful leave, Down otherwise.</summary>
        public MemberStatus PreviousStatus { get; }
    }

    public abstract class ReachabilityEvent : IReachabilityEvent
    {
        private protected ReachabilityEvent(Member member) => Member = member;

        public Member Member { get; }

        public override bool Equals(object? obj) => obj is ReachabilityEvent other && GetType() == other.GetType() && Member.Equals(other.Member);

        public override int GetHashCode() => HashCode.Combine(GetType(), Member);

        public override string ToString() => $"{GetType().Name}({Member})";
    }

    /// <summary>Some node does not hear of the member; it may come back.</summary>
    public sealed class UnreachableMember : ReachabilityEvent
    {
        internal UnreachableMember(Member member)
            : base(member)
        {
        }
    }

    public sealed class ReachableMember : ReachabilityEvent
    {
        internal ReachableMember(Member member)
            : base(member)
        {
        }
    }

    public sealed class LeaderChanged : IClusterDomainEvent
    {
        internal LeaderChanged(Address? leader) => Leader = leader!;

        /// <summary>Null while there is none.</summary>
        public Address Leader { get; }

        public override bool Equals(object? obj) => obj is LeaderChanged other && Equals(Leader, other.Leader);

        public override int GetHashCode() => Leader?.GetHashCode() ?? 0;

        public override string ToString() => $"LeaderChanged({Leader})";
    }

    /// <summary>Somebody reaches somebody, or no longer does, whether that changes who counts as reachable or not.</summary>
    internal sealed class ReachabilityChanged : IClusterDomainEvent
    {
        public static readonly IClusterDomainEvent Instance = new ReachabilityChanged();

        private ReachabilityChanged()
        {
        }

        public override string ToString() => nameof(ReachabilityChanged);
    }

    /// <summary>This node has left or was removed; no event follows.</summary>
    public sealed class ClusterShuttingDown : IClusterDomainEvent
    {
        public static readonly IClusterDomainEvent Instance = new ClusterShuttingDown();

        private ClusterShuttingDown()
        {
        }

        public override string ToString() => nameof(ClusterShuttingDown);
    }
}
