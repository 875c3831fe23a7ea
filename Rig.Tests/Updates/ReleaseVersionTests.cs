extern alias node;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

public sealed class ReleaseVersionTests
{
    [Fact]
    public void Versions_are_ordered_as_semver_says()
    {
        string[] rising =
        [
            "0.0.1", "0.9.0", "0.10.0", "1.0.0-1", "1.0.0-9", "1.0.0-10", "1.0.0-99999999999999999999", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "10.0.0",
        ];
        for (var low = 0; low < rising.Length; low++)
        {
            for (var high = 0; high < rising.Length; high++)
            {
                Assert.Equal(low.CompareTo(high), Math.Sign(Of(rising[low]).CompareTo(Of(rising[high]))));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3+build")]
    [InlineData("1.2.3-a/b")]
    [InlineData("1.2.3\n")]
    [InlineData("../1.2.3")]
    [InlineData("9999999999.0.0")]
    [InlineData("1.2.3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("١.2.3")]
    public void What_is_no_version_is_none(string text) => Assert.False(ReleaseVersion.TryParse(text, out _));

    private static ReleaseVersion Of(string text) => ReleaseVersion.TryParse(text, out var version) ? version : throw new ArgumentException(text);
}
