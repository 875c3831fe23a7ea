namespace Rig.Tests.Engine.Local;

public class PathTests
{
    [Theory]
    [InlineData("akka://rig/user/a")]
    [InlineData("akka.tcp://rig@host:4053/user/a/b")]
    [InlineData("akka.tcp://rig@192.168.1.7:1/user/a")]
    public void A_path_is_read_and_written_the_same(string text) => Assert.Equal(text, ActorPath.Parse(text).ToString());

    [Fact]
    public void A_path_knows_its_parts()
    {
        var path = ActorPath.Parse("akka.tcp://rig@host:4053/user/a#12");
        Assert.Equal(new Address("akka.tcp", "rig", "host", 4053), path.Address);
        Assert.Equal(["user", "a"], path.Elements);
        Assert.Equal(12, path.Uid);
        Assert.Equal("a", path.Name);
        Assert.Equal(path.Parent / "a", path);
        Assert.Equal("akka.tcp://rig@host:4053/user/a#12", path.ToSerializationFormat());
        Assert.Equal(new RootActorPath(path.Address) / "user" / "a", path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("akka.tcp://rig@host/user")]
    public void What_is_no_path_is_refused(string text) => Assert.False(ActorPath.TryParse(text, out _));

    [Fact]
    public void A_local_path_takes_the_address_it_is_reached_by()
    {
        var path = ActorPath.Parse("akka://rig/user/a");
        Assert.Equal("akka.tcp://rig@host:1/user/a", path.ToStringWithAddress(new Address("akka.tcp", "rig", "host", 1)));
    }
}
