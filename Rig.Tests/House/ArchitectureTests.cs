using System.Text;
using System.Xml.Linq;
using Rig.Tests.Support;

namespace Rig.Tests.House;

/// <summary>
/// Which may use which: projects by the table below, the folders of each project by Rig.Tests/House/folders.txt, which is read
/// and committed like code. The picture is in docs/design/architecture.md.
/// </summary>
public sealed class ArchitectureTests
{
    private static readonly (string Project, string Assembly, string[] MayUse)[] Projects =
    [
        ("Rig.Domain", "Rig.Domain", []),
        ("Rig.Hosting", "Rig.Hosting", ["Rig.Domain"]),
        ("Rig.Media", "Rig.Media", []),
        ("Rig.Actors", "Rig.Actors", ["Rig.Domain", "Rig.Hosting"]),
        ("Rig.CameraNode", "rig-node", ["Rig.Actors", "Rig.Domain", "Rig.Hosting", "Rig.Media"]),
        ("Rig.Ingest", "rig-ingest", ["Rig.Actors", "Rig.Domain", "Rig.Hosting", "Rig.Media"]),
        ("Rig.Viewer", "rig-viewer", ["Rig.Domain", "Rig.Hosting"]),
        ("Rig.Ctl", "rigctl", ["Rig.Domain"]),
        ("Rig.Rehearsal", "rig-rehearsal", ["Rig.CameraNode", "Rig.Domain", "Rig.Media"]),
        ("Rig.Simulation", "rig-simulation", ["Rig.Actors", "Rig.CameraNode", "Rig.Domain", "Rig.Ingest"]),
    ];

    public static TheoryData<string> Names { get; } = [.. Projects.Select(project => project.Project)];

    [Fact]
    public void Every_project_is_in_the_table()
    {
        var found = Directory.EnumerateDirectories(Checkout.Root, "Rig.*").Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Select(folder => Path.GetFileName(folder)!);
        Assert.Equal(Projects.Select(project => project.Project).Append("Rig.Tests").Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_project_references_only_those_that_the_table_allows(string project)
    {
        var file = XDocument.Load(Checkout.File($"{project}/{project}.csproj"));
        var used = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Equal(Projects.Single(p => p.Project == project).MayUse.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_folders_of_a_project_use_each_other_in_one_direction_only(string project)
    {
        var circle = FolderGraph.Circle(Graph(project));
        Assert.True(circle.Count == 0, $"In {project} these folders use each other in a circle: {string.Join(" -> ", circle)}");
    }

    [Fact]
    public void The_folders_use_each_other_as_the_checked_in_list_says()
    {
        var found = new StringBuilder();
        foreach (var (project, _, _) in Projects)
        {
            foreach (var (folder, used) in Graph(project).Where(arrows => arrows.Value.Count > 0))
            {
                found.Append(project).Append('/').Append(folder).Append(" -> ").AppendJoin(", ", used).Append('\n');
            }
        }

        var path = Checkout.File("Rig.Tests/House/folders.txt");
        if (Environment.GetEnvironmentVariable("RIG_WRITE_GOLDENS") == "1")
        {
            File.WriteAllText(path, found.ToString());
        }

        var (expected, actual) = (File.ReadAllLines(path), found.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(
            expected.SequenceEqual(actual),
            $"New: {string.Join("; ", actual.Except(expected))}. Gone: {string.Join("; ", expected.Except(actual))}. If that is meant, run this test with RIG_WRITE_GOLDENS=1 and commit {path}.");
    }

    [Theory]
    [InlineData("Rig.Viewer")]
    [InlineData("Rig.Ctl")]
    public void A_program_without_actors_ships_no_actor_engine(string project)
    {
        var output = Path.Combine(Checkout.Root, project, "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')));
        Assert.Contains(Projects.Single(p => p.Project == project).Assembly + ".dll", Directory.EnumerateFiles(output).Select(Path.GetFileName));
        Assert.DoesNotContain(Directory.EnumerateFiles(output, "*.dll").Select(file => Path.GetFileName(file)), file => file.StartsWith("Akka", StringComparison.Ordinal));
    }

    private static SortedDictionary<string, SortedSet<string>> Graph(string project) =>
        FolderGraph.Read(Path.Combine(AppContext.BaseDirectory, Projects.Single(p => p.Project == project).Assembly + ".dll"), project);
}
