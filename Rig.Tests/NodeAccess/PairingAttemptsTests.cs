using System.Net;
using Rig.CameraNode.Access;

namespace Rig.Tests.NodeAccess;

public class PairingAttemptsTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 12, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPNetwork Stranger = IPNetwork.Parse("192.168.1.66/32");
    private static readonly IPNetwork Parent = IPNetwork.Parse("192.168.1.7/32");

    [Fact]
    public void Four_wrong_PINs_cost_a_wait_that_doubles_up_to_five_minutes()
    {
        var attempts = PairingAttempts.None;
        var now = Start;
        List<double> waits = [];
        for (var i = 0; i < 14; i++)
        {
            attempts = attempts.Wrong(Stranger, now);
            var wait = attempts.Wait(Stranger, now);
            waits.Add(Math.Max(0, wait.TotalSeconds));
            now += wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }

        Assert.Equal([0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], waits);
    }

    [Fact]
    public void A_stranger_who_guesses_from_one_place_keeps_nobody_else_waiting()
    {
        var attempts = PairingAttempts.None;
        for (var i = 0; i < 10; i++)
        {
            attempts = attempts.Wrong(Stranger, Start);
        }

        Assert.True(attempts.Wait(Stranger, Start) > TimeSpan.Zero);
        Assert.True(attempts.Wait(Parent, Start) <= TimeSpan.Zero);
    }

    [Fact]
    public void Very_many_places_together_guess_two_a_minute_and_a_parent_waits_half_a_minute_at_most()
    {
        var attempts = PairingAttempts.None;
        var (now, guesses) = (Start, 0);
        while (now < Start.AddHours(10))
        {
            var from = new IPNetwork(new IPAddress([10, (byte)(guesses >> 16), (byte)(guesses >> 8), (byte)guesses]), 32);
            attempts = attempts.Wrong(from, now);
            guesses++;
            Assert.True(attempts.Wait(Parent, now) <= TimeSpan.FromSeconds(30));
            now += attempts.Wait(Parent, now) is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }

        Assert.InRange(guesses, 1000, 1250);
        Assert.True(attempts.ByNetwork.Count <= 1024);
    }

    [Fact]
    public void The_right_PIN_and_half_an_hour_forgive()
    {
        var attempts = Enumerable.Range(0, 6).Aggregate(PairingAttempts.None, (state, _) => state.Wrong(Parent, Start));
        Assert.True(attempts.Right(Parent).Wait(Parent, Start) <= TimeSpan.Zero);
        var later = Start.AddMinutes(31);
        Assert.True(attempts.Wrong(Parent, later).Wait(Parent, later) <= TimeSpan.Zero);
    }

    [Theory]
    [InlineData("12345678", true)]
    [InlineData("1234 5678", true)]
    [InlineData("1234-5678", true)]
    [InlineData("12345679", false)]
    [InlineData("123456789", false)]
    [InlineData("1234567", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_PIN_is_its_eight_digits(string? given, bool right) => Assert.Equal(right, PairingPin.Matches("12345678", given));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void No_PIN_opens_a_node_that_has_none(string? given) => Assert.False(PairingPin.Matches("", given));
}
