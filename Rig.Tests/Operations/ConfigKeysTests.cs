using Rig.Actors.Hosting;
using Rig.Ingest.Persistence;

namespace Rig.Tests.Operations;

public sealed class ConfigKeysTests
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
    public void Every_key_of_the_programs_files_is_known(string file, string system) => RigConfig.Compose(file, File.ReadAllText(Path.Combine(Root, "hocon", file)), system, [], PersistenceSetup.References);

    [Fact]
    public void An_unknown_section_beside_Akkas_stops_the_start()
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", "rig { akka {}\n capture { rate = 3 } }", "rig", []));
        Assert.Contains("'rig.capture'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_section_is_named()
    {
        var error = Assert.Throws<InvalidDataException>(() => RigConfig.Compose("x.conf", "rgi { akka {} }", "rig", []));
        Assert.Contains("no section 'rig'", error.Message, StringComparison.Ordinal);
    }

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
        """
        rig { akka.actor { serializers.mine = "T, A", serialization-bindings { "T, A" = mine } }
        akka.coordinated-shutdown.phases.mine { depends-on = [service-stop] } }
        """,
        "rig", []);

    [Theory]
    [InlineData("actors.conf")]
    [InlineData("cluster.conf")]
    public void Every_key_of_a_shared_file_stands_in_a_paragraph_with_a_comment(string file)
    {
        var bare = new List<string>();
        var commented = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, "hocon", file)).Select(line => line.Trim()))
        {
            // What opens or closes a section begins no new paragraph.
            commented = line.StartsWith('#') || (commented && line.Length > 0);
            if (!commented && line.Contains('=', StringComparison.Ordinal))
            {
                bare.Add(line);
            }
        }

        Assert.True(bare.Count == 0, $"{file} does not explain: {string.Join(" | ", bare)}");
    }
}
