using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

public sealed class SingletonOrderTests
{
    [Fact]
    public void The_oldest_member_with_the_role_hosts_it_and_the_preferred_role_goes_before_age()
    {
        Member[] members = [Up(1, 3, "camera"), Up(2, 2, "camera", "center"), Up(3, 1, "ingest"), Up(4, 1, "camera").With(MemberStatus.Leaving)];

        Assert.Equal(Node(2), new SingletonOrder("camera", null).First(members)!.UniqueAddress);
        Assert.Equal(Node(3), new SingletonOrder(null, null).First(members)!.UniqueAddress);
        Assert.Equal(Node(2), new SingletonOrder(null, "center").First(members)!.UniqueAddress);
        Assert.Null(new SingletonOrder("worker", null).First(members));
        Assert.Equal(3, new SingletonOrder("camera", null).PossibleHosts(members).Count());
    }
}
