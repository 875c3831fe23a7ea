#if !ENGINE_AKKA
using System.Text.RegularExpressions;
#endif
using Rig.Actors.Hosting;

namespace Rig.Tests.Operations;

public sealed partial class ConfigKeysTests
{
    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
            {
                folder = folder.Parent;
            }

            Assert.NotNull(folder);
            return folder.FullName;
        }
    }

    [Theory]
    [InlineData("camera-node.conf", "node")]
    [InlineData("camera-node.conf", "rig")]
    [InlineData("ingest.conf", "ingest")]
    [InlineData("ingest.conf", "rig")]
    public void Every_key_of_the_programs_files_is_known(string file, string system) => RigConfig.Compose(file, File.ReadAllText(Path.Combine(Root, "hocon", file)), system, []);

    [Fact]
    public void An_unknown_section_beside_the_engines_stops_the_start()
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", "rig { akka {}, capture { rate = 3 } }", "rig", []));
        Assert.Contains("'rig.capture'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_section_is_named()
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", "rgi { akka {} }", "rig", []));
        Assert.Contains("no section 'rig'", error.Message, StringComparison.Ordinal);
    }

#if !ENGINE_AKKA
    [Theory]
    [InlineData("rig { akka.cluster.seed-nods = [] }", "'rig.akka.cluster.seed-nods'", "'rig.akka.cluster.seed-nodes'")]
    [InlineData("rig { akka.remote.dot-netty.tpc.port = 1 }", "'rig.akka.remote.dot-netty.tpc'", "'rig.akka.remote.dot-netty.tcp'")]
    [InlineData("rig { akak { loglevel = INFO } }", "'rig.akak'", "'rig.akka'")]
    [InlineData("rig { akka.cluster.split-brain-resolver { active-strategy = keep-majority, stable_after = 1s } }", "'rig.akka.cluster.split-brain-resolver.stable_after'", "stable-after'")]
    public void A_misspelled_key_stops_the_start_and_the_nearest_known_one_is_named(string hocon, string wrong, string right)
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", hocon, "rig", []));
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{right.Trim('\'')}'?".Replace("'stable", "'rig.akka.cluster.split-brain-resolver.stable", StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_of_a_file_are_named_at_once()
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", "node { akka.logers = [] }\nrig { akka.cluster.rols = [] }", "rig", []));
        Assert.Contains("'node.akka.loggers'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'rig.akka.cluster.roles'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_ones_own_are_free() => RigConfig.Compose(
        "x.conf",
        """rig { akka.actor { serializers.mine = "T, A", serialization-bindings { "T, A" = mine } }, akka.coordinated-shutdown.phases.mine { depends-on = [service-stop] } }""",
        "rig", []);

    [Fact]
    public void Every_key_that_the_engine_reads_is_in_the_reference()
    {
        var listed = new HashSet<string>(Paths(ConfigurationFactory.Default(), "").SelectMany(Endings), StringComparer.Ordinal);
        var missing = Directory.GetFiles(Path.Combine(Root, "Rig.Engine"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Read().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Where(key => !OwnNames.Contains(key) && !listed.Contains(key))
            .Distinct()
            .ToList();
        Assert.True(missing.Count == 0, $"hocon/reference.conf lacks {string.Join(", ", missing)}.");
    }

    [Theory]
    [InlineData("reference.conf")]
    [InlineData("remote.conf")]
    [InlineData("cluster.conf")]
    public void Every_key_of_the_reference_stands_in_a_paragraph_with_a_comment(string file)
    {
        var bare = new List<string>();
        var commented = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, "hocon", file)).Select(line => line.Trim()))
        {
            // What opens or closes a section begins no new paragraph.
            commented = line.StartsWith('#') || (commented && line.Length > 0);
            if (!commented && line.Contains('=', StringComparison.Ordinal) && !Bound().IsMatch(line))
            {
                bare.Add(line);
            }
        }

        Assert.True(bare.Count == 0, $"{file} does not explain: {string.Join(" | ", bare)}");
    }

    /// <summary>Read in sections whose names are one's own: a phase of the shutdown, a mailbox.</summary>
    private static readonly string[] OwnNames = ["depends-on", "timeout", "recover", "enabled", "mailbox-capacity"];

    private static IEnumerable<string> Paths(Config section, string path) => section.AsEnumerable().SelectMany(entry =>
        entry.Value.IsObject() ? Paths(entry.Value.ToConfig(), $"{path}{entry.Key}.").Prepend(path + entry.Key) : [path + entry.Key]);

    /// <summary>A key as a reader of any enclosing section names it.</summary>
    private static IEnumerable<string> Endings(string path)
    {
        for (var start = 0; start >= 0; start = path.IndexOf('.', start) is var dot and >= 0 ? dot + 1 : -1)
        {
            yield return path[start..];
        }
    }

    [GeneratedRegex("\\.Get(?:String|Boolean|Int|Long|Double|Float|TimeSpan|ByteSize|StringList|Config)\\(\"([a-z][a-z0-9.-]*)\"")]
    private static partial Regex Read();

    /// <summary>The engine's own serializers are explained by what they are.</summary>
    [GeneratedRegex("""Rig\.Engine|"System\.""")]
    private static partial Regex Bound();
#endif
}
