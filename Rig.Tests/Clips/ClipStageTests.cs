using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Ingest.Clips;
using Rig.Ingest.Renditions;
using Rig.Media;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Clips;

public sealed class ClipStageTests : IDisposable
{
    private static readonly PanoramaGeometry Geometry = new() { Width = 640, Height = 240, FocalPx = 220, CenterColumn = 320, HorizonRow = 80 };
    private readonly TempFolder session = new();

    [Fact]
    public async Task A_goal_becomes_a_clip_with_a_still_and_the_game_gets_its_picture()
    {
        await PrepareAsync([new MatchEvent("goal", 1.0, 0.9)]);
        var progress = new List<double>();

        var result = await RunAsync(progress);

        Assert.Equal(1, (int?)result["clips"]);
        var clip = Assert.Single(JsonSerializer.Deserialize(await File.ReadAllBytesAsync(session.File("clips", "clips.json")), TrackingJson.Default.IReadOnlyListClipInfo)!);
        Assert.Equal("1280x720 h264", await ProbeAsync(session.File("clips", clip.FileName)));
        Assert.Equal("640x360 mjpeg", await ProbeAsync(session.File("clips", clip.ThumbnailFileName)));
        Assert.Equal("640x360 mjpeg", await ProbeAsync(session.File("stitched", "thumbnail.jpg")));
        Assert.Equal("1280x720 h264", await ProbeAsync(session.File("clips", "highlights.mp4")));
        Assert.Equal("follow_1080p", (string?)result["renditions"]![0]!["name"]);
        Assert.Equal(progress.Order(), progress);
        Assert.Empty(Directory.GetFiles(session.Path, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_match_without_events_has_no_clips_but_a_picture()
    {
        await PrepareAsync([]);

        var result = await RunAsync([]);

        Assert.Equal(0, (int?)result["clips"]);
        Assert.True(File.Exists(session.File("stitched", "thumbnail.jpg")));
    }

    [Fact]
    public async Task Missing_events_are_named_with_what_to_do()
    {
        await PrepareAsync([]);
        File.Delete(session.File("analysis", "events.json"));

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync([]));

        Assert.Contains("events.json", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Retry", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_panorama_fails_with_what_ffmpeg_said()
    {
        await PrepareAsync([new MatchEvent("goal", 1.0, 0.9)]);
        await File.WriteAllTextAsync(session.File("stitched", "panorama.mp4"), "not a video");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync([]));

        Assert.Contains("ffmpeg", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => session.Dispose();

    private async Task PrepareAsync(IReadOnlyList<MatchEvent> events)
    {
        Directory.CreateDirectory(session.File("stitched"));
        Directory.CreateDirectory(session.File("analysis"));
        await Ffmpeg.PatternAsync(session.File("stitched", "panorama.mp4"), "640x240", fps: 15, seconds: 2);
        await File.WriteAllBytesAsync(session.File("stitched", "panorama.json"), Geometry.ToUtf8Json());
        await File.WriteAllBytesAsync(session.File("analysis", "events.json"), JsonSerializer.SerializeToUtf8Bytes(events, TrackingJson.Default.IReadOnlyListMatchEvent));
        await File.WriteAllBytesAsync(
            session.File("analysis", "follow.json"),
            JsonSerializer.SerializeToUtf8Bytes<IReadOnlyList<FollowKey>>([new(0, -10, 5, 50), new(2, 10, 5, 50)], TrackingJson.Default.IReadOnlyListFollowKey));
    }

    private Task<JsonObject> RunAsync(List<double> progress)
    {
        var results = new Dictionary<PipelineStage, JsonObject> { [PipelineStage.Stitched] = new() { ["duration_seconds"] = 2.0, ["output_fps"] = 15.0 } };
        return new ClipStage(new RenditionMaker(Options.Create(new RenditionOptions { Preset = "ultrafast" }))).RunAsync(new StageContext(SessionId.Parse("TEST"), session.Path, [], results), new Recorder(progress), CancellationToken.None);
    }

    private static async Task<string> ProbeAsync(string path)
    {
        var video = (await MediaProbe.ReadAsync(path, CancellationToken.None)).Video!;
        return $"{video.Width}x{video.Height} {video.Codec}";
    }

    private sealed class Recorder(List<double> fractions) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => fractions.Add(value.Fraction);
    }
}
