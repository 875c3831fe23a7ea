using System.Text.Json.Nodes;
using Rig.CameraNode.Commands;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Probe;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Drivers;

public sealed class ProbeTests
{
    private static readonly string[] Small = ["--Rig:Camera:Source=pattern", "--Rig:Camera:Width=320", "--Rig:Camera:Height=180", "--Rig:Camera:Fps=30", "--Rig:Camera:Preset=ultrafast", "--Rig:Camera:BitrateMbps=1"];

    [Fact]
    public async Task What_the_probe_measured_is_kept_and_a_camera_that_needs_proof_records_it_and_nothing_else()
    {
        using var folder = new TempFolder("rig-probe");
        var proofs = folder.File("proofs", "mode-proofs.json");
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.True(ProbeCommand.Run([.. Small, $"--Rig:Capture:ProofsPath={proofs}"], 1, json: true, output, errors) == 0, output.ToString() + errors);
        var said = JsonNode.Parse(output.ToString())!;
        Assert.Equal("libx264", (string?)said["offered"]!["encoder"]);
        Assert.True((double)said["offered"]!["measured_fps"]! > 30 * 1.15);
        var kept = Assert.Single(ModeProofs.Read(proofs));
        Assert.True(kept is { Width: 320, Height: 180, Fps: 30, Codec: "h264", Source: "pattern", Seconds: 1 }, kept.ToString());

        var strict = new ProbeOptions { RequireProof = true, ProofsPath = proofs };
        await using (var rig = await CameraRig.StartAsync(CameraRig.SmallPattern(), probe: strict))
        {
            Assert.Equal(("libx264", (string?)null), (rig.Camera.Status.Encoder, rig.Camera.Status.Fallback));
        }

        // A larger mode was not measured: the measured lower one is taken, and each step is told.
        var larger = CameraRig.SmallPattern();
        (larger.Width, larger.Height, larger.Codec) = (640, 360, "h265");
        await using (var rig = await CameraRig.StartAsync(larger, probe: strict))
        {
            Assert.Equal((320, 180), (rig.Camera.Status.Width, rig.Camera.Status.Height));
            Assert.Contains("640x360 at 30 in h264 by libx264: not measured on this machine.", rig.Camera.Status.Fallback, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_camera_whose_mode_nothing_proves_says_so_and_records_nothing()
    {
        using var folder = new TempFolder("rig-probe");
        await using var rig = CameraRig.Create(CameraRig.SmallPattern(), probe: new ProbeOptions { RequireProof = true, ProofsPath = folder.File("none.json") });
        rig.Camera.Start();
        await CameraRig.UntilAsync(() => rig.Camera.Status.Problem?.Contains("rig-node probe", StringComparison.Ordinal) == true, () => "the refusal: " + rig.Camera.Status.Problem);
        Assert.False(rig.Camera.Status.Detected);
        Assert.Contains("320x180 at 30 is not offered", rig.Camera.Status.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_cameras_need_no_proof_and_cameras_with_a_driver_do()
    {
        var options = new ProbeOptions();
        Assert.Equal([false, false, false, true, true], new[] { "synthetic", "footage", "pattern", "v4l2", "libcamera" }.Select(options.Requires));
        Assert.Equal(60, options.ProbeSeconds);
    }

    [Fact]
    public void A_broken_file_of_proofs_is_named_and_never_overwritten()
    {
        using var folder = new TempFolder("rig-probe");
        var path = folder.File("mode-proofs.json");
        File.WriteAllText(path, """{"version":9,"proofs":[]}""");
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => ModeProofs.Read(path)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "{");
        Assert.Contains("Move it away", Assert.Throws<InvalidDataException>(() => ModeProofs.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ladder_goes_down_from_the_wanted_size_at_its_rate()
    {
        Assert.Equal(
            [new CameraRequest(1920, 1080, 30), new CameraRequest(1280, 720, 30), new CameraRequest(640, 480, 30)],
            ModeProbe.Ladder(new CameraRequest(1920, 1080, 30), [(640, 480), (1920, 1080), (1280, 720), (3840, 2160)]));
        Assert.Equal([(1280, 720), (640, 360)], ModeProbe.Ladder(new CameraRequest(1280, 720, 50), null).Select(m => (m.Width, m.Height)));
    }
}
