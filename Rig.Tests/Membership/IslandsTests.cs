using Rig.Actors.Membership;
using static Rig.Domain.Messages.MembershipProtocol;

namespace Rig.Tests.Membership;

public sealed class IslandsTests
{
    private static readonly string[] Seeds = [Address("a"), Address("b"), Address("c")];

    [Theory]
    [InlineData("a", "bc", true)]
    [InlineData("bc", "a", false)]
    [InlineData("b", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("c", "b", true)]
    [InlineData("aS", "bc", true)]
    [InlineData("S", "c", true)]
    [InlineData("S", "T", false)]
    [InlineData("T", "S", true)]
    public void The_cluster_with_fewer_cameras_gives_way_and_of_equals_the_one_without_the_earlier_seed(string own, string other, bool gives)
    {
        Assert.Equal(gives, Islands.GivesWay(View(own), View(other), Seeds));
        Assert.Equal(!gives, Islands.GivesWay(View(other), View(own), Seeds));
    }

    [Fact]
    public void Two_views_of_one_cluster_are_no_islands() => Assert.False(Islands.GivesWay(View("a"), View("abc"), Seeds));

    [Fact]
    public void A_node_that_was_restarted_is_not_taken_for_its_former_life() =>
        Assert.True(Islands.GivesWay(View("a"), new ClusterView([.. View("abc").Members.Select(member => member with { Uid = member.Uid + 1 })]), Seeds));

    [Fact]
    public void A_node_that_is_in_no_cluster_says_nothing_about_islands()
    {
        Assert.False(Islands.GivesWay(View(""), View("abc"), Seeds));
        Assert.False(Islands.GivesWay(View("a"), View(""), Seeds));
    }

    [Theory]
    [InlineData("a", "bc", true)]
    [InlineData("bc", "a", false)]
    [InlineData("a", "b", false)]
    [InlineData("b", "a", true)]
    [InlineData("S", "a", true)]
    [InlineData("abc", "", false)]
    public void Of_two_sides_that_gave_each_other_up_the_lesser_part_of_the_seeds_gives_way(string own, string silent, bool gives) =>
        Assert.Equal(gives, Islands.GivesWayToSilent(View(own), [.. silent.Select(name => Address(name.ToString()))], Seeds));

    /// <summary>Small letters are cameras and seeds, capital ones servers.</summary>
    private static ClusterView View(string names) =>
        new([.. names.Select(name => new ClusterMember(Address(name.ToString()), name, char.IsLower(name)))]);

    private static string Address(string name) => $"akka.tcp://rig@{name}:4053";
}
