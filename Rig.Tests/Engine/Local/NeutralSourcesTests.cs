using System.Text.RegularExpressions;

namespace Rig.Tests.Engine.Local;

/// <summary>Holds all sources to the API that both engines have.</summary>
public sealed partial class NeutralSourcesTests
{
    // The engine itself, and what Rig.Tests.csproj leaves out of the build with Akka.NET.
    private static readonly string[] OfOneEngine = ["Rig.Engine", "Rig.Tests/Engine/Embedded", "Rig.Tests/Simulation"];

    [Fact]
    public void No_source_names_the_namespaces_of_one_engine()
    {
        var root = Root();
        var named = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file))
            .Where(file => !Generated().IsMatch(file) && !OfOneEngine.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)))
            .Where(file => File.ReadLines(Path.Combine(root, file)).Any(line => EngineNamespace().IsMatch(line)))
            .ToList();

        Assert.True(named.Count == 0, $"Directory.Build.targets has the usings of either engine; these name one: {string.Join(", ", named)}.");
    }

    [Theory]
    [InlineData("using Akka.Actor;", true)]
    [InlineData("using Member = Rig.Engine.Cluster.Member;", true)]
    [InlineData("    private readonly Akka.Cluster.Cluster cluster;", true)]
    [InlineData("system.ActorOf(Rig.Engine.Actor.Props.Empty);", true)]
    [InlineData("yield return new(\"akka.cluster.roles\", \"Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster\");", false)]
    [InlineData("namespace Rig.Tests.Engine.Local;", false)]
    public void Such_a_name_is_recognised(string line, bool named) => Assert.Equal(named, EngineNamespace().IsMatch(line));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run from within the repository.");
        }

        return folder.FullName;
    }

    // Not within a string, where configuration and documentation name Akka.NET's types.
    [GeneratedRegex("""^[^"/]*\b(Rig\.Engine|Akka)\.[A-Z]""")]
    private static partial Regex EngineNamespace();

    [GeneratedRegex("(^|/)(bin|obj|node_modules)/")]
    private static partial Regex Generated();
}
