namespace Rig.Tests.Engine.Embedded;

// Beyond what Akka.NET's own parser offers.
public class EmbeddedHoconTests : IDisposable
{
    private readonly string _variable = $"RIG_TEST_{Guid.NewGuid():N}";

    [Fact]
    public void A_substitution_sees_the_upper_layers()
    {
        var config = ConfigurationFactory.ParseString("host = field").WithFallback(ConfigurationFactory.ParseString("host = none\nurl = ${host}.local"));
        Assert.Equal("field.local", config.GetString("url"));
    }

    [Theory]
    [InlineData("a = one\na = ${a} two", "a", "one two")]
    [InlineData("a = 1\na = ${?missing}", "a", "1")]
    [InlineData("base { k = 1, l = 1 }\na = ${base} { l = 2 }", "a.k", "1")]
    [InlineData("a = \"\"\"several\nlines \"quoted\" \"\"\"", "a", "several\nlines \"quoted\" ")]
    public void A_value_is_read_as_HOCONs_specification_says(string hocon, string path, string expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(hocon).GetString(path));

    [Theory]
    [InlineData("a = [1]\na = ${a} [2]", "1 2")]
    [InlineData("a = [1]\na += 2", "1 2")]
    [InlineData("a += 1\na += 2", "1 2")]
    public void A_list_may_grow(string hocon, string expected) =>
        Assert.Equal(expected, string.Join(' ', ConfigurationFactory.ParseString(hocon).GetStringList("a")));

    [Fact]
    public void No_switches_off() => Assert.False(ConfigurationFactory.ParseString("a = no").GetBoolean("a"));

    [Theory]
    [InlineData("a = 1\nb = [1, 2", "(2,10)")]
    [InlineData("a {\n  b = 1\n", "(3,1)")]
    [InlineData("a = \"open\nb = 2", "(1,5)")]
    [InlineData("a\nb = 2", "(2,1)")]
    [InlineData("ok = 1\na..b = 2", "(2,4)")]
    public void An_error_names_line_and_column(string hocon, string place)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_substitution_falls_back_to_the_environment()
    {
        Environment.SetEnvironmentVariable(_variable, "from outside");
        Assert.Equal("from outside", ConfigurationFactory.ParseString($"a = none\na = ${{?{_variable}}}").GetString("a"));
    }

    [Fact]
    public void A_list_grows_over_the_lower_layer()
    {
        var config = ConfigurationFactory.ParseString("a += 3").WithFallback(ConfigurationFactory.ParseString("a = [1, 2]"));
        Assert.Equal(["1", "2", "3"], config.GetStringList("a"));
    }

    [Theory]
    [InlineData("a = ${missing}", "missing")]
    [InlineData("a = ${b}\nb = ${a}", "circle")]
    public void A_substitution_without_a_value_is_named(string hocon, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(hocon).GetString("a"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("(1,5)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_named_with_its_key()
    {
        var config = ConfigurationFactory.ParseString("akka.actor { throughput = many }");
        var error = Assert.Throws<ConfigurationException>(() => config.GetConfig("akka.actor").GetInt("throughput"));
        Assert.Equal("akka.actor.throughput is 'many'. Write a whole number.", error.Message);
    }

    [Fact]
    public void Written_and_read_again_a_configuration_is_the_same()
    {
        var config = ConfigurationFactory.Default();
        Assert.Equal(config.ToString(), ConfigurationFactory.ParseString(config.ToString()).ToString());
    }

    [Fact]
    public void Nesting_has_a_limit() =>
        Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString(string.Concat(Enumerable.Repeat("a{", 100_000))));

    [Fact]
    public void Random_text_is_read_or_refused_and_never_breaks_the_reader()
    {
        const string Alphabet = "ab.=:{}[]\"\\$?+, \n#/0";
        var random = new Random(5);
        for (var round = 0; round < 3_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                _ = ConfigurationFactory.ParseString(text).ToString();
            }
            catch (ConfigurationException)
            {
                // Refused with a reason.
            }
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(_variable, null);
        GC.SuppressFinalize(this);
    }
}
