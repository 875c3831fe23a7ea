using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Ingest.Detect;
using Rig.Tests.Detect.Learned;
using Rig.Tests.Support;

namespace Rig.Tests.Detect;

public sealed class DetectStageTests : IDisposable
{
    private readonly TempFolder session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task A_panorama_becomes_a_line_of_tracks_ten_times_a_second()
    {
        var panorama = new SyntheticPanorama(320, 180, seed: 2);
        await WriteAsync(panorama, frames: 45);
        var reports = new List<StageProgress>();
        var result = await RunAsync(new ListProgress(reports));

        var frames = File.ReadLines(session.File("analysis", "tracks.jsonl")).Select(line => JsonSerializer.Deserialize(line, TrackingJson.Default.TrackedFrame)!).ToList();
        Assert.Equal([0, 100, 200, 300], frames.Take(4).Select(frame => frame.TMs));
        Assert.Equal(15, frames.Count);
        Assert.Equal((45, "background"), ((int)result["frames"]!, (string)result["detector"]!));
        Assert.True((int)result["players_median"]! > 5);
        Assert.True(frames[^1].Players.Count > 5);
        Assert.Equal(["tracks.jsonl"], Directory.GetFiles(session.File("analysis")).Select(Path.GetFileName));
        Assert.True(reports.Count >= 2 && reports.Zip(reports.Skip(1)).All(pair => pair.First.Fraction <= pair.Second.Fraction));
    }

    [Fact]
    public async Task A_panorama_on_which_nobody_is_ever_seen_is_no_match()
    {
        var panorama = new SyntheticPanorama(160, 90, seed: 2);
        await WriteAsync(panorama, frames: 1);
        var (still, film) = (session.File("stitched", "still.mp4"), session.File("stitched", "panorama.mp4"));
        File.Move(film, still);
        await Rig.Tests.Capture.Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", still, "-vf", "loop=loop=620:size=1,setpts=N/20/TB", "-r", "20", "-c:v", "libx264", "-preset", "ultrafast", film]);
        var error = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(new ListProgress([])));
        Assert.Contains("Nobody is to be seen in 31 seconds of the panorama", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(session.File("analysis", "tracks.jsonl")));
    }

    [Fact]
    public async Task A_network_that_worked_is_named_in_the_result()
    {
        await WriteAsync(new SyntheticPanorama(160, 90, seed: 2), frames: 30);
        await File.WriteAllBytesAsync(session.File("tiny.onnx"), TinyNetworks.Of("YOLOX"));
        var result = await RunAsync(new ListProgress([]), settings: new() { ["Rig:Detect:Model"] = session.File("tiny.onnx"), ["Rig:Detect:ModelBudget"] = "0", ["Rig:Detect:ModelTilePx"] = "160" });
        Assert.Equal("background and YOLOX", (string)result["detector"]!);
        var model = result["model"]!;
        Assert.Equal(("tiny.onnx", "CPU", 2), ((string)model["file"]!, (string)model["provider"]!, (int)model["looks"]!));
        Assert.True((int)model["tiles"]! >= 2);
        Assert.Null(model["failure"]);
    }

    [Fact]
    public async Task A_panorama_without_frames_is_named_with_what_to_do()
    {
        Directory.CreateDirectory(session.File("stitched"));
        await File.WriteAllTextAsync(session.File("stitched", "panorama.mp4"), "no video");
        var error = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(new ListProgress([])));
        Assert.Contains("Run the stitch stage again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_geometry_of_another_size_is_refused()
    {
        var panorama = new SyntheticPanorama(160, 90, seed: 2);
        await WriteAsync(panorama, frames: 3);
        await File.WriteAllBytesAsync(session.File("stitched", "panorama.json"), (panorama.Geometry with { Width = 4000 }).ToUtf8Json());
        var error = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(new ListProgress([])));
        Assert.Contains("4000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_stage_and_leaves_no_tracks()
    {
        await WriteAsync(new SyntheticPanorama(160, 90, seed: 2), frames: 60);
        using var stop = new CancellationTokenSource();
        var progress = new ListProgress([], report => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(progress, cancellationToken: stop.Token));
        Assert.False(File.Exists(session.File("analysis", "tracks.jsonl")));
    }

    [Theory]
    [InlineData("Rig:Detect:Fps", "0")]
    [InlineData("Rig:Detect:Detector", "magic")]
    [InlineData("Rig:Detect:MarginM", "-1")]
    [InlineData("Rig:Detect:AssumedCameraHeightM", "900")]
    public void A_bad_option_is_named(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddDetection(configuration).BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<DetectOptions>>().Value);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private async Task<JsonObject> RunAsync(IProgress<StageProgress> progress, Dictionary<string, string?>? settings = null, CancellationToken cancellationToken = default)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddDetection(configuration).BuildServiceProvider();
        var stage = services.GetRequiredKeyedService<IPipelineStage>(PipelineStage.Detected);
        var context = new StageContext(default, session.Path, [], new Dictionary<PipelineStage, JsonObject>());
        return await stage.RunAsync(context, progress, cancellationToken);
    }

    private async Task WriteAsync(SyntheticPanorama panorama, int frames)
    {
        var folder = Directory.CreateDirectory(session.File("stitched")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "panorama.json"), panorama.Geometry.ToUtf8Json());
        var size = string.Create(CultureInfo.InvariantCulture, $"{panorama.Geometry.Width}x{panorama.Geometry.Height}");
        string[] arguments = ["-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "30", "-i", "-", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", Path.Combine(folder, "panorama.mp4")];
        using var encoder = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true })!;
        for (var frame = 0; frame < frames; frame++)
        {
            await encoder.StandardInput.BaseStream.WriteAsync(panorama.Render(2 + (frame / 30.0)).Data);
        }

        encoder.StandardInput.Close();
        await encoder.WaitForExitAsync();
        Assert.Equal(0, encoder.ExitCode);
    }

    private sealed class ListProgress(List<StageProgress> reports, Action<StageProgress>? then = null) : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }
}
