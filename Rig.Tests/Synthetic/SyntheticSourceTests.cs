using System.Security.Cryptography;
using System.Text.Json;
using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Rehearsal.DrawnMatch;
using Rig.Rehearsal.Truth;
using Rig.Tests.Support;

namespace Rig.Tests.Synthetic;

public sealed class SyntheticSourceTests
{
    private const int Width = 320;
    private const int Height = 180;

    [Fact]
    public void The_same_seed_and_instant_give_the_same_pixels()
    {
        var instant = TimeSpan.FromSeconds(3.2);
        using var first = new SyntheticSource(CameraId.Center, Width, Height, 30, 11);
        using var second = new SyntheticSource(CameraId.Center, Width, Height, 30, 11);
        using var other = new SyntheticSource(CameraId.Center, Width, Height, 30, 12);
        second.Fill(new Yuv420Frame(Width, Height), TimeSpan.FromSeconds(1));
        Assert.Equal(Hash(first, instant), Hash(second, instant));
        Assert.NotEqual(Hash(first, instant), Hash(other, instant));
        Assert.NotEqual(Hash(first, instant), Hash(first, instant + TimeSpan.FromSeconds(0.1)));
    }

    [Fact]
    public void A_person_s_place_in_the_truth_is_where_his_shirt_is_in_the_picture()
    {
        const int Seed = 1;
        var instant = TimeSpan.FromSeconds(4);
        var frame = new Yuv420Frame(640, 360);
        using var source = new SyntheticSource(CameraId.Center, frame.Width, frame.Height, 30, Seed);
        source.Fill(frame, instant);
        var figures = new Figure[SyntheticMatch.People];
        new SyntheticMatch(Seed).At(instant.TotalSeconds, figures);
        var camera = SyntheticRig.Camera(CameraId.Center, frame.Width, frame.Height, Seed);

        var (seen, right) = (0, 0);
        foreach (var figure in figures.Where(figure => figure.Y < 45))
        {
            if (camera.TryProject(new Vector3D(figure.X, figure.Y, 1.15), out var u, out var v) && u > 4 && u < frame.Width - 5 && v > 4 && v < frame.Height - 5)
            {
                seen++;
                var at = ((int)(v / 2) * (frame.Width / 2)) + (int)(u / 2);
                var shirt = FigurePainter.ShirtColour(figure);
                right += Math.Abs(frame.U[at] - shirt.U) + Math.Abs(frame.V[at] - shirt.V) < 40 ? 1 : 0;
            }
        }

        Assert.True(seen >= 5, $"only {seen} people in view");
        Assert.True(right >= seen - 1, $"{right} of {seen}");
    }

    [Fact]
    public void The_truth_is_a_header_with_the_events_and_a_line_a_frame()
    {
        using var folder = new TempFolder();
        var path = folder.File("take.truth.jsonl");
        var zero = new DateTimeOffset(2026, 11, 21, 14, 0, 0, TimeSpan.Zero);
        using var source = new SyntheticSource(CameraId.Right, Width, Height, 10, 1);
        source.Fill(new Yuv420Frame(Width, Height), null);
        source.BeginTake(path, zero);
        for (var index = 0; index < 20; index++)
        {
            source.Fill(new Yuv420Frame(Width, Height), TimeSpan.FromSeconds(12 + (index / 10.0)));
        }

        source.EndTake();
        source.Fill(new Yuv420Frame(Width, Height), null);

        var lines = File.ReadAllLines(path);
        var header = JsonSerializer.Deserialize(lines[0], MatchTruthJson.Default.TruthHeader)!;
        var frames = lines.Skip(1).Select(line => JsonSerializer.Deserialize(line, MatchTruthJson.Default.TruthFrame)!).ToList();
        Assert.Equal((1, 105.0, 68.0, zero), (header.Seed, header.PitchLengthM, header.PitchWidthM, header.MatchZeroMaster));
        Assert.Equal("goal", header.Events.First(e => e.TimestampSeconds > 12).Type);
        Assert.Equal(20, frames.Count);
        Assert.Equal(13.9, frames[^1].TSeconds, 0.001);
        Assert.Equal(23, frames[0].People.Count);
        // The shot at the right-hand goal is in the right-hand camera's view, team a's own keeper is not.
        Assert.True(frames[^1].Ball.InView);
        Assert.False(frames[0].People.Single(person => person is { Team: "a", Number: 1 }).InView);
    }

    [Fact]
    public void Before_the_whistle_everybody_waits_in_his_own_half()
    {
        using var source = new SyntheticSource(CameraId.Center, Width, Height, 30, 1);
        var (first, later) = (new Yuv420Frame(Width, Height), new Yuv420Frame(Width, Height));
        source.Fill(first, null);
        for (var index = 0; index < 30; index++)
        {
            source.Fill(later, null);
        }

        var changed = first.Y.ToArray().Zip(later.Y.ToArray()).Count(pair => Math.Abs(pair.First - pair.Second) > 25);
        Assert.InRange(changed, 1, Width * Height / 50);
    }

    [Fact]
    public void A_truth_that_cannot_be_written_does_not_stop_the_pictures()
    {
        using var folder = new TempFolder();
        using var source = new SyntheticSource(CameraId.Center, Width, Height, 30, 1);
        source.BeginTake(folder.File("missing", "take.truth.jsonl"), DateTimeOffset.UnixEpoch);
        source.Fill(new Yuv420Frame(Width, Height), TimeSpan.Zero);
        source.EndTake();
    }

    private static string Hash(SyntheticSource source, TimeSpan instant)
    {
        var frame = new Yuv420Frame(Width, Height);
        source.Fill(frame, instant);
        return Convert.ToHexString(SHA256.HashData(frame.Data));
    }
}
