namespace Rig.Tests.Engine.Local;

public class HoconTests
{
    [Theory]
    [InlineData("a = 1", "a", "1")]
    [InlineData("a : 1", "a", "1")]
    [InlineData("{ a = 1 }", "a", "1")]
    [InlineData("a { b = 2 }", "a.b", "2")]
    [InlineData("a.b.c = 3", "a.b.c", "3")]
    [InlineData("a.b = 1\na.c = 2", "a.c", "2")]
    [InlineData("a { b = 1 }\na { c = 2 }", "a.b", "1")]
    [InlineData("a = 1\na = 2", "a", "2")]
    [InlineData("a = hello big world # comment", "a", "hello big world")]
    [InlineData("a = hello // comment", "a", "hello")]
    [InlineData("a = \"\"\"several\nlines\"\"\"", "a", "several\nlines")]
    [InlineData("a = \"quoted # not a comment\"", "a", "quoted # not a comment")]
    [InlineData("a = \"tab\\tnew\\nline \\u0041\"", "a", "tab\tnew\nline A")]
    [InlineData("\"a.b\" = 1", "\"a.b\"", "1")]
    [InlineData("a = 1, b = 2", "b", "2")]
    [InlineData("a = 5\nb = ${a}", "b", "5")]
    [InlineData("b = ${a}\na = 5", "b", "5")]
    [InlineData("x { y = 7 }\nb = ${x.y} km", "b", "7 km")]
    [InlineData("base { k = 1, l = 1 }\na = ${base} { l = 2 }", "a.l", "2")]
    [InlineData("a = \"akka.tcp://rig@host:4053\"", "a", "akka.tcp://rig@host:4053")]
    public void A_value_is_read(string hocon, string path, string expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(hocon).GetString(path));

    [Theory]
    [InlineData("a = [1, 2, 3]", "1 2 3")]
    [InlineData("a = [\n  one\n  two\n]", "one two")]
    [InlineData("a = [1, 2,]", "1 2")]
    [InlineData("b = [1]\na = ${b} [2]", "1 2")]
    [InlineData("a = []", "")]
    public void A_list_is_read(string hocon, string expected) =>
        Assert.Equal(expected, string.Join(' ', ConfigurationFactory.ParseString(hocon).GetStringList("a")));

    [Theory]
    [InlineData("500 ms", 0.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("3s", 3)]
    [InlineData("3 seconds", 3)]
    [InlineData("2 minutes", 120)]
    [InlineData("1h", 3600)]
    [InlineData("1 d", 86400)]
    [InlineData("250", 0.25)]
    [InlineData("1.5s", 1.5)]
    public void A_duration_has_a_unit_or_counts_milliseconds(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ConfigurationFactory.ParseString($"a = {text}").GetTimeSpan("a"));

    [Theory]
    [InlineData("128", 128)]
    [InlineData("128 b", 128)]
    [InlineData("64 KiB", 65536)]
    [InlineData("64k", 65536)]
    [InlineData("1 MB", 1_000_000)]
    [InlineData("2MiB", 2_097_152)]
    public void A_size_counts_bytes(string text, long bytes) =>
        Assert.Equal(bytes, ConfigurationFactory.ParseString($"a = {text}").GetByteSize("a", null));

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    [InlineData("true", true)]
    public void A_switch_is_on_or_off(string text, bool expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString($"a = {text}").GetBoolean("a"));

    [Fact]
    public void Infinite_is_a_duration() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, ConfigurationFactory.ParseString("a = infinite").GetTimeSpan("a"));

    [Fact]
    public void The_upper_layer_wins_and_sections_merge()
    {
        var config = ConfigurationFactory.ParseString("a { b = 1 }").WithFallback(ConfigurationFactory.ParseString("a { b = 2, c = 3 }"));
        Assert.Equal(1, config.GetInt("a.b"));
        Assert.Equal(3, config.GetInt("a.c"));
    }

    [Fact]
    public void A_missing_key_gives_the_default()
    {
        var config = ConfigurationFactory.ParseString("a = 1");
        Assert.Equal(9, config.GetInt("b", 9));
        Assert.Null(config.GetString("b"));
        Assert.False(config.HasPath("b"));
        Assert.Empty(config.GetStringList("b"));
    }
}
