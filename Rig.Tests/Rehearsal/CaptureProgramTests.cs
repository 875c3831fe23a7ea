using Rig.CameraNode.Commands;
using Rig.CameraNode.Modes;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Rehearsal;

/// <summary>Which program films for a camera node.</summary>
public sealed class CaptureProgramTests
{
    [Fact]
    public async Task A_drawn_match_is_filmed_by_the_rehearsals_program()
    {
        var options = CameraRig.SmallPattern();
        options.Source = "synthetic";
        Assert.True(File.Exists(options.CaptureProgramPath()));
        await using var rig = await CameraRig.StartAsync(options, command: [options.CaptureProgramPath()!, "capture"]);
        Assert.Equal("Synthetic match", rig.Camera.Status.Model);
    }

    [Theory]
    [InlineData("pattern")]
    [InlineData("v4l2")]
    [InlineData("libcamera")]
    public void Every_other_camera_is_the_nodes_own(string source) => Assert.Null(new CameraOptions { Source = source }.CaptureProgramPath());

    [Theory]
    [InlineData("synthetic", "")]
    [InlineData("synthetic", "rig-rehearsal")]
    public void The_program_lies_beside_the_node(string source, string program) =>
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "rig-rehearsal"), new CameraOptions { Source = source, CaptureProgram = program }.CaptureProgramPath());

    [Fact]
    public void Without_the_program_the_start_is_refused_with_the_key_and_the_remedy()
    {
        var refused = Assert.Single(new CameraOptionsValidator().Validate(null, new CameraOptions { Source = "synthetic", CaptureProgram = "/no/rig-rehearsal" }).Failures!);
        Assert.Contains("Rig:Camera:CaptureProgram: there is no program /no/rig-rehearsal", refused, StringComparison.Ordinal);
        Assert.Contains("set Rig:Camera:Source to a camera", refused, StringComparison.Ordinal);

        refused = Assert.Single(new CameraOptionsValidator().Validate(null, new CameraOptions { Source = "v4l2", CaptureProgram = "other" }).Failures!);
        Assert.Contains("Leave it empty", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_camera_that_is_rehearsed_is_not_measured()
    {
        Assert.False(new ProbeOptions { RequireProof = true }.Requires("synthetic"));
        using var folder = new TempFolder("rig-probe");
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(2, ProbeCommand.Run(["--Rig:Camera:Source=synthetic", $"--Rig:Capture:ProofsPath={folder.File("proofs.json")}"], 1, json: false, output, errors));
        Assert.Contains("Rig:Camera:Source is 'synthetic'", errors.ToString(), StringComparison.Ordinal);
    }
}
