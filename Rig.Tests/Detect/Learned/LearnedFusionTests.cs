using System.Text.Json;
using Rig.Domain.Match;
using Rig.Ingest.Detect;
using Rig.Ingest.Detect.Learned;
using Rig.Rehearsal.Truth;
using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

/// <summary>What a network that sees everybody does to the tracks, and what one that never looks does not do.</summary>
public sealed class LearnedFusionTests(PanoramaAnalyzerTests.Match match) : IClassFixture<PanoramaAnalyzerTests.Match>
{
    [Fact]
    public void A_network_that_never_looks_changes_nothing()
    {
        static string Text((List<TrackedFrame> Frames, PanoramaAnalyzer Analyzer) run) =>
            string.Join('\n', run.Frames.Select(frame => JsonSerializer.Serialize(run.Analyzer.Complete(frame), TrackingJson.Default.TrackedFrame)));
        Assert.Equal(Text(Follow(match.Samples, null)), Text(Follow(match.Samples, new ScriptedLook(int.MaxValue, _ => []))));
    }

    [Fact]
    public void People_who_never_move_are_followed_from_look_to_look()
    {
        // To the background nobody is there at all.
        var still = match.Panorama.Render(3);
        var alone = Still(still, null);
        var both = Still(still, new ScriptedLook(3, _ => Everybody(3000)));
        Assert.Equal(0, alone.PlayerRecall);
        Assert.True(both.PlayerRecall >= 0.9 && both.PlayerPrecision >= 0.9, both.ToString());
    }

    [Fact]
    public void Whom_three_looks_do_not_see_is_no_longer_shown()
    {
        var tracker = new Tracker(new PitchView(TestPanorama.Geometry, new DetectOptions()));
        var box = Box(50, 20);
        var person = new Person(box.CenterU, box.Bottom, box.Left, box.Top, box.Width, box.Height, 50, 20, 1, default);
        for (var frame = 0; frame < 12; frame++)
        {
            Assert.Equal(frame is >= 3 and < 9, tracker.Shown.Any());
            var looked = frame is 2 or 5 or 8;
            tracker.Update(frame * 100, [person with { Vouched = looked ? false : null }], looked);
        }

        tracker.Update(1200, [person with { Vouched = true }], looked: true);
        Assert.Single(tracker.Shown);
    }

    [Fact]
    public void Two_who_were_one_blob_are_told_apart()
    {
        var view = new PitchView(TestPanorama.Geometry, new DetectOptions());
        var (one, other) = (Box(50, 20), Box(50.5, 20));
        var blob = new Person((one.CenterU + other.CenterU) / 2, one.Bottom, one.Left, one.Top, other.Right - one.Left, one.Height, 50.25, 20, 1, default);
        var people = LearnedPeople.Join([blob], [one, other], view, new PanoramaFrame(3000, 800));
        Assert.Equal(2, people.Count);
        Assert.All(people, person => Assert.True(person.Vouched));
    }

    [Fact]
    public void Whom_the_network_should_see_and_does_not_is_doubted()
    {
        var view = new PitchView(TestPanorama.Geometry, new DetectOptions());
        var near = Box(50, 3);
        var person = new Person(near.CenterU, near.Bottom, near.Left, near.Top, near.Width, near.Height, 50, 3, 1, default);
        Assert.False(Assert.Single(LearnedPeople.Join([person], [], view, new PanoramaFrame(3000, 800))).Vouched);
        var far = Box(50, 66);
        Assert.Null(Assert.Single(LearnedPeople.Join([person with { FootU = far.CenterU, FootV = far.Bottom, Height = far.Height }], [], view, new PanoramaFrame(3000, 800))).Vouched);
    }

    [Fact]
    public void A_box_far_too_tall_for_its_place_is_nobody()
    {
        var view = new PitchView(TestPanorama.Geometry, new DetectOptions());
        var box = Box(50, 20);
        Assert.Empty(LearnedPeople.Join([], [box with { Top = box.Top - (2 * box.Height) }], view, new PanoramaFrame(3000, 800)));
    }

    [Fact]
    public void A_ball_that_the_network_sees_becomes_a_candidate_and_lifts_one_that_is_there()
    {
        var view = new PitchView(TestPanorama.Geometry, new DetectOptions());
        Assert.True(view.Geometry.TryToPixel(60, 30, 0.1, out var u, out var v));
        var box = new LearnedBox(LearnedKind.Ball, u - 3, v - 3, u + 3, v + 3, 0.7);
        var added = Assert.Single(LearnedBalls.Join([], [box], new BallFinder(view)));
        Assert.Equal((u, v), (added.U, added.V));
        Assert.InRange(added.Quality, 0.6, 0.95);
        var lifted = Assert.Single(LearnedBalls.Join([new BallCandidate(u + 1, v, 0.6, 6)], [box], new BallFinder(view)));
        Assert.InRange(lifted.Quality, added.Quality, 1);
    }

    private static LearnedBox Box(double x, double y)
    {
        Assert.True(TestPanorama.Geometry.TryToPixel(x, y, 0, out var u, out var v) & TestPanorama.Geometry.TryToPixel(x, y, PitchView.PersonHeightM, out _, out var head));
        var height = v - head;
        return new LearnedBox(LearnedKind.Person, u - (height * 0.2), head, u + (height * 0.2), v, 0.8);
    }

    private TruthScoreResult Still(PanoramaFrame picture, ILook? look)
    {
        var analyzer = new PanoramaAnalyzer(match.Panorama.Geometry, new DetectOptions(), [picture], look);
        var frames = Enumerable.Range(30, 20).Select(index => analyzer.Add(index * 100, picture)).OfType<TrackedFrame>().ToList();
        return TruthScore.Compare(frames.Skip(8), [.. frames.Select(frame => match.Panorama.Truth(3) with { TSeconds = frame.TMs / 1000.0 })], match.Panorama.Geometry, 0);
    }

    private IReadOnlyList<LearnedBox> Everybody(long timeMs) =>
    [
        .. match.Panorama.Truth(timeMs / 1000.0).People
            .Where(person => match.Panorama.Geometry.TryToPixel(person.X, person.Y, 0, out _, out _))
            .Select(person =>
            {
                match.Panorama.Geometry.TryToPixel(person.X, person.Y, 0, out var u, out var v);
                match.Panorama.Geometry.TryToPixel(person.X, person.Y, PitchView.PersonHeightM, out _, out var head);
                return new LearnedBox(LearnedKind.Person, u - ((v - head) * 0.2), head, u + ((v - head) * 0.2), v, 0.8);
            }),
    ];

    private (List<TrackedFrame> Frames, PanoramaAnalyzer Analyzer) Follow(IReadOnlyList<PanoramaFrame> samples, ILook? look)
    {
        var analyzer = new PanoramaAnalyzer(match.Panorama.Geometry, new DetectOptions(), samples, look);
        var frames = Enumerable.Range(30, 25).Select(index => analyzer.Add(index * 100, match.Panorama.Render(index / 10.0))).OfType<TrackedFrame>().ToList();
        analyzer.Finish();
        return (frames, analyzer);
    }

    private sealed class ScriptedLook(int every, Func<long, IReadOnlyList<LearnedBox>> sees) : ILook
    {
        private int frames;

        public void Over(Region region, int width, int height) => Assert.True(region.Touches(0, 0, width, height));

        public IReadOnlyList<LearnedBox>? Find(long timeMs, PanoramaFrame picture) => ++frames % every == 0 ? sees(timeMs) : null;
    }
}
