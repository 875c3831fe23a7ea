using Rig.Actors.Recording;
using Rig.CameraNode.Framing;

namespace Rig.Tests.NodeFraming;

public sealed class FramingCuesTests
{
    [Fact]
    public void Tones_lead_from_no_pitch_to_a_good_aim_that_holds()
    {
        Assert.Equal(
            [null, Signal.FramingDetected, null, null, null, Signal.FramingGood, null, null, null, Signal.FramingConfirmed, null, null],
            Sounds("no_field", "partial", "partial", "partial", "partial", "good", "good", "excellent", "good", "excellent", "good", "good"));
    }

    [Fact]
    public void A_lost_aim_is_told_and_found_again_it_is_confirmed_again()
    {
        Assert.Equal(
            [Signal.FramingGood, null, null, null, Signal.FramingConfirmed, null, null, null, Signal.FramingLost, null, null, null, Signal.FramingGood, null, null, null, Signal.FramingConfirmed],
            Sounds([.. Enumerable.Repeat("good", 8), .. Enumerable.Repeat("partial", 4), .. Enumerable.Repeat("good", 5)]));
    }

    [Fact]
    public void A_status_that_flickers_is_told_once_in_two_seconds()
    {
        var sounds = Sounds("good", "partial", "good", "partial", "good", "partial");
        Assert.Equal([Signal.FramingGood, null, null, null, Signal.FramingGood, null], sounds);
    }

    /// <summary>One look each half second.</summary>
    private static List<Signal?> Sounds(params string[] statuses)
    {
        var cues = FramingCues.None;
        var now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        var sounds = new List<Signal?>();
        foreach (var status in statuses)
        {
            (cues, var sound) = cues.See(status, now);
            sounds.Add(sound);
            now += TimeSpan.FromMilliseconds(500);
        }

        return sounds;
    }
}
