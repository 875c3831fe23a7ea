using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Ingest.Detect;
using Rig.Ingest.Events;
using Rig.Ingest.Stitch;
using Rig.Tests.Stitch;
using Rig.Tests.Support;

namespace Rig.Tests.Detect;

/// <summary>The real pair, brought once through all stages up to the events, for the tests that hold its results against the labels.</summary>
public sealed class RealMatch : IAsyncLifetime
{
    private readonly TempFolder folder = new();

    internal PanoramaGeometry? Panorama { get; private set; }

    /// <summary>What each label says, on the panorama; null where the ball cannot be seen.</summary>
    internal IReadOnlyList<(LabelledBall Label, (double U, double V)? At)> Labels { get; private set; } = [];

    /// <summary>One a video frame.</summary>
    internal IReadOnlyList<TrackedFrame> Frames { get; private set; } = [];

    internal IReadOnlyList<FollowKey> Follow { get; private set; } = [];

    public async Task InitializeAsync()
    {
        if (RealFootage.PairFolder is not { } pair)
        {
            return;
        }

        var takes = StitchCommand.Takes(new Dictionary<CameraId, string>
        {
            [CameraId.Left] = Path.Combine(pair, "left_camera.mp4"),
            [CameraId.Right] = Path.Combine(pair, "right_camera.mp4"),
        });
        var stitch = Options.Create(new StitchOptions
        {
            EncoderPreset = "ultrafast",
            CheckerboardFolders = new() { ["CAM_L"] = Path.Combine(pair, "left_checkerboard_images"), ["CAM_R"] = Path.Combine(pair, "right_checkerboard_images") },
            PitchPointsFiles = new() { ["CAM_L"] = Path.Combine(pair, "left_keypoints.xml") },
        });
        var context = SyntheticTakes.Context(folder.Path, [.. takes]);
        IPipelineStage[] stages =
        [
            new AlignStage(stitch, NullLogger<AlignStage>.Instance),
            new StitchStage(stitch, NullLogger<StitchStage>.Instance),
            new DetectStage(Options.Create(new DetectOptions { Fps = 25 }), NullLogger<DetectStage>.Instance),
            new EventStage(Options.Create(new EventOptions())),
        ];
        foreach (var stage in stages)
        {
            await stage.RunAsync(context, new Progress<StageProgress>(), CancellationToken.None);
        }

        Panorama = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(StitchFolder.Geometry(folder.Path)));
        var alignment = AlignmentFile.Parse(await File.ReadAllBytesAsync(StitchFolder.Alignment(folder.Path)));
        Labels = [.. LabelledBall.Read().Select(label => (label, label.In(Panorama, alignment)))];
        var analysis = Path.Combine(folder.Path, "analysis");
        Frames = [.. File.ReadLines(Path.Combine(analysis, "tracks.jsonl")).Select(line => JsonSerializer.Deserialize(line, TrackingJson.Default.TrackedFrame)!)];
        Follow = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(Path.Combine(analysis, "follow.json")), TrackingJson.Default.IReadOnlyListFollowKey)!;
    }

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }
}
