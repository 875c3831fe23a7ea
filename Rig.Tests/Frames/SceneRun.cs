using Rig.Ingest.Frames;
using Rig.Rehearsal.Shelf;

namespace Rig.Tests.Frames;

/// <summary>Takes a drawn scene through the analysis, picture by picture, without a server.</summary>
internal sealed class SceneRun
{
    public static readonly DateTimeOffset Begin = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    private SceneRun(ShelfScript script, IReadOnlyList<EventBegan> began, IReadOnlyList<InteractionEnded> ended, IReadOnlyList<(double AtSec, FrameScores Scores)> scores) =>
        (Script, Began, Ended, Scores) = (script, began, ended, scores);

    public ShelfScript Script { get; }

    public IReadOnlyList<EventBegan> Began { get; }

    public IReadOnlyList<InteractionEnded> Ended { get; }

    public IReadOnlyList<(double AtSec, FrameScores Scores)> Scores { get; }

    public static SceneRun Of(ShelfScript script, DeltaSettings? settings = null, double fps = 2)
    {
        using var scene = new ShelfScene(script);
        var setting = new DeviceSetting(settings ?? new DeltaSettings(), 1, script.Regions, 1, null, 0);
        var (memory, began, ended) = (DeviceMemory.Empty, new List<EventBegan>(), new List<InteractionEnded>());
        var scores = new List<(double, FrameScores)>();
        for (var i = 0; i < script.LengthSec * fps; i++)
        {
            var (jpeg, _) = scene.Draw(i / fps);
            var capture = new Guid(i + 1, 0, 0, new byte[8]);
            var frame = new FrameToCompare(capture, i, Begin.AddSeconds(i / fps), LuminanceGrid.Decode(jpeg, ShelfScene.Width));
            var features = new GridFeatures(frame.Grid);
            scores.Add((i / fps, FrameComparer.Compare(
                features, new GridFeatures(memory.Baseline ?? frame.Grid), new GridFeatures(memory.Previous ?? frame.Grid), new RegionMask(script.Regions))));
            (memory, var decision, _) = DeltaAnalysis.Next(memory, frame, setting);
            began.AddRange(decision.Effects.OfType<EventBegan>());
            ended.AddRange(decision.Effects.OfType<InteractionEnded>());
        }

        return new SceneRun(script, began, ended, scores);
    }

    /// <summary>Pairs what was found with what happened, each once.</summary>
    public (int Expected, int Found, int False) Judge(string type, Func<ShelfAction, bool> expected, double lateSec)
    {
        var open = Script.Actions.Where(expected).ToList();
        var all = open.Count;
        var wrong = 0;
        foreach (var found in Began.Where(one => one.Type == type))
        {
            var at = (found.StartedAt - Begin).TotalSeconds;
            var match = open.FindIndex(action => at >= action.StartSec - 1 && at <= action.EndSec + lateSec);
            if (match < 0)
            {
                wrong++;
            }
            else
            {
                open.RemoveAt(match);
            }
        }

        return (all, all - open.Count, wrong);
    }

    public override string ToString() =>
        $"seed {Script.Seed} (quality {Script.JpegQuality}): {string.Join(", ", Script.Actions.Select(a => FormattableString.Invariant($"{a.Kind} {a.StartSec:0.0}-{a.EndSec:0.0}")))} => "
        + string.Join(", ", Began.Select(e => FormattableString.Invariant($"{e.Type} {(e.StartedAt - Begin).TotalSeconds:0.0}")));
}
