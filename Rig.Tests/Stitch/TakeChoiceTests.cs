using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch.Video;

namespace Rig.Tests.Stitch;

public sealed class TakeChoiceTests
{
    private const double Half = 2700;

    private static readonly DateTimeOffset Kickoff = new(2026, 11, 21, 14, 0, 0, TimeSpan.Zero);
    private static readonly TakeSpan Left = Take("CAM_L", 1, Kickoff, Half);
    private static readonly TakeSpan Right = Take("CAM_R", 1, Kickoff.AddSeconds(4), Half);

    [Fact]
    public void Takes_of_two_halves_and_a_camera_that_was_late_are_all_used()
    {
        var choice = TakeChoice.Of([Left, Take("CAM_L", 2, Kickoff.AddHours(1), Half), Right, Take("CAM_R", 2, Kickoff.AddMinutes(80), 1200)]);
        Assert.Empty(choice.SetAside);
        Assert.Equal([2, 2], choice.Used.Values.Select(camera => camera.Count));
        Assert.All(choice.Used.Values.SelectMany(camera => camera), used => Assert.Equal(0, used.SkippedSeconds));
    }

    [Theory]
    [InlineData("2016-01-01T00:00:15Z")]
    [InlineData("2036-11-21T14:00:00Z")]
    [InlineData("2026-11-22T14:00:00Z")]
    [InlineData("1904-01-01T00:00:00Z")]
    public void A_take_of_another_day_is_set_aside_by_name(string when)
    {
        var stray = Take("CAM_R", 2, DateTimeOffset.Parse(when, System.Globalization.CultureInfo.InvariantCulture), 15);
        var choice = TakeChoice.Of([Left, Right, stray]);
        var aside = Assert.Single(choice.SetAside);
        Assert.Equal(stray.Id, aside.Id);
        Assert.Contains($"{stray.Id} says that it began on {when[..10]} {when[11..19]} UTC", aside.Reason, StringComparison.Ordinal);
        Assert.Equal([Left, Right], choice.Used.Values.SelectMany(camera => camera.Select(used => used.Take)));
    }

    [Fact]
    public void A_camera_whose_every_take_is_of_another_time_stops_the_session_by_its_name()
    {
        var failure = Assert.Throws<StageFailedException>(() => TakeChoice.Of([Left, Take("CAM_R", 1, Kickoff.AddYears(-10), Half)]));
        Assert.Contains("CAM_R", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2016-11-21 14:00:00 UTC", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2026-11-21 14:00:00 UTC", failure.Message, StringComparison.Ordinal);
        Assert.Contains("manifest", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_claims_to_last_for_years_is_set_aside_or_stops_the_session()
    {
        var endless = Take("CAM_R", 2, Kickoff, 315_576_000_000);
        Assert.Contains("hours, which no match does", Assert.Single(TakeChoice.Of([Left, Right, endless]).SetAside).Reason, StringComparison.Ordinal);
        Assert.Contains("which no match does", Assert.Throws<StageFailedException>(() => TakeChoice.Of([Left, endless])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_take_that_overlaps_the_one_before_is_used_from_where_that_ends()
    {
        var choice = TakeChoice.Of([Left, Take("CAM_L", 2, Kickoff.AddSeconds(Half - 10), 100), Right]);
        Assert.Empty(choice.SetAside);
        Assert.Equal([0, 10], choice.Used[CameraId.Left].Select(used => used.SkippedSeconds));
    }

    [Fact]
    public void A_take_that_lies_within_another_of_its_camera_is_set_aside_by_name()
    {
        var within = Take("CAM_L", 2, Kickoff.AddSeconds(60), 100);
        var copy = Take("CAM_R", 2, Right.Start, Half);
        var choice = TakeChoice.Of([within, Left, Right, copy]);
        Assert.Equal([within.Id, copy.Id], choice.SetAside.Select(take => take.Id));
        Assert.All(choice.SetAside, take => Assert.Contains("shows nothing that", take.Reason, StringComparison.Ordinal));
    }

    private static TakeSpan Take(string camera, int take, DateTimeOffset start, double seconds) =>
        new(new TakeId(SyntheticTakes.Session, CameraId.Parse(camera), take), start, seconds);
}
