extern alias ingest;
extern alias node;
extern alias viewer;

using ingest::Rig.Ingest;
using ingest::Rig.Ingest.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using node::Rig.CameraNode.Hosting;
using Rig.Hosting.Configuration;
using Rig.Tests.Support;
using viewer::Rig.Viewer.Hosting;

namespace Rig.Tests.Operations;

/// <summary>What the three programs say, before they start, to keys that nothing of them reads.</summary>
public sealed class RigOptionsTests : IDisposable
{
    private readonly TempFolder folder = new();

    public static TheoryData<string, string> Sections => new MatrixTheory(
        ("node", ["AccessPoint", "Audio", "Camera", "Capture", "Guards", "Node", "Offload", "Operations", "Peers", "Power", "Session", "Storage", "Sync", "Trust", "Update"]),
        ("ingest", ["Database", "Detect", "Events", "Frames", "Operations", "Pipeline", "Pull", "Push", "Renditions", "Security", "Server", "Stitch", "Storage", "Trust"]),
        ("viewer", ["Database", "Mail", "Media", "Push", "Viewer"]));

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task A_misspelled_key_stops_the_start_and_is_named(string program, string section) =>
        Assert.Contains($"'Rig:{section}:Misspelled' is no known key.", await RefusalAsync(program, $"Rig:{section}:Misspelled"), StringComparison.Ordinal);

    [Theory]
    [InlineData("node", "Rig:Storge:MinFreeSpaceGb", "'Rig:Storge' is no known key. Did you mean 'Rig:Storage'?")]
    [InlineData("ingest", "Rig:Node:0", "'Rig:Node' is no known key. Did you mean 'Rig:Nodes'?")]
    [InlineData("viewer", "Rig:Server:Port", "'Rig:Server' is no known key.")]
    [InlineData("node", "Rig:Node:ClusterPrt", "Did you mean 'Rig:Node:ClusterPort'?")]
    [InlineData("ingest", "Rig:Server:SeedNode:0", "Did you mean 'Rig:Server:SeedNodes'?")]
    [InlineData("viewer", "Rig:Media:Pth", "Did you mean 'Rig:Media:Path'?")]
    public async Task A_section_that_is_not_there_is_named_and_so_is_the_nearest_known_key(string program, string key, string sentence) =>
        Assert.Contains(sentence, await RefusalAsync(program, key), StringComparison.Ordinal);

    [Theory]
    [InlineData("node")]
    [InlineData("ingest")]
    [InlineData("viewer")]
    public async Task Every_section_that_a_program_reads_is_tried_here(string program)
    {
        var tried = Sections.Where(row => (string)row[0] == program).Select(row => $"Rig:{row[1]}");
        Assert.Equal(tried.Order(), (await KeysAsync(program)).Where(key => key is not ("Rig:Cameras" or "Rig:Nodes")).Order());
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_named_and_so_is_every_other_mistake()
    {
        Assert.Contains("'Rig:Server:Port'", await RefusalAsync("ingest", "Rig:Server:Port"), StringComparison.Ordinal);
        var both = await RefusalAsync("ingest", "Rig:Pull:Nope", "Rig:Nope:Nope");
        Assert.Contains("'Rig:Pull:Nope'", both, StringComparison.Ordinal);
        Assert.Contains("'Rig:Nope'", both, StringComparison.Ordinal);
    }

    private async Task<string> RefusalAsync(string program, params string[] keys)
    {
        // As the program's start does before any of its services starts; some options are read while it is put together.
        var failure = await Record.ExceptionAsync(async () =>
        {
            await using var app = Build(program, keys);
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        });
        Assert.NotNull(failure);
        return RigOptions.Refusal(failure) ?? throw failure;
    }

    private async Task<IReadOnlyList<string>> KeysAsync(string program)
    {
        await using var app = Build(program);
        return RigOptions.Keys(app.Services);
    }

    private WebApplication Build(string program, params string[] keys)
    {
        string[] args = [.. keys.Select(key => $"--{key}=x")];
        switch (program)
        {
            case "node":
                var builder = NodeHost.CreateBuilder(
                [
                    $"--Rig:Node:ConfigPath={folder.File("config.json")}", "--Rig:Node:CameraId=CAM_L",
                    $"--Rig:Storage:RecordingsPath={folder.File("recordings")}", $"--Rig:Storage:ManifestsPath={folder.File("manifests")}", .. args,
                ]);
                builder.AddNode();
                return NodeHost.Build(builder);
            case "ingest":
                return IngestHost.Build(["--Rig:Database:ConnectionString=Host=127.0.0.1", .. args], builder => ProgramSetup.AddProgram(builder, args));
            default:
                return ViewerHost.Build(AppContext.BaseDirectory, new Dictionary<string, string?>(keys.Select(key => KeyValuePair.Create(key, (string?)"x")))
                {
                    ["Rig:Database:ConnectionString"] = "Host=127.0.0.1",
                });
        }
    }

    private sealed class MatrixTheory : TheoryData<string, string>
    {
        public MatrixTheory(params (string Program, string[] Sections)[] programs)
        {
            foreach (var (program, sections) in programs)
            {
                foreach (var section in sections)
                {
                    Add(program, section);
                }
            }
        }
    }
}
