using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.Tests.Recording;

public sealed class CutOffTakeTests
{
    private static readonly DateTimeOffset Cut = new(2026, 11, 21, 14, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly CutOffTake Take = new(
        new SessionNote(new TakeId(SessionId.Parse("Final"), CameraId.Left), [CameraId.Left], SessionNoteState.Recording), Cut);

    [Theory]
    [InlineData(1, true)]
    [InlineData(900, true)]
    [InlineData(901, false)]
    public void It_may_go_on_within_the_window_and_not_after_it(int afterSec, bool may) =>
        Assert.Equal(may, Take.MayGoOn(Cut.AddSeconds(afterSec), Hour, TimeSpan.Zero, isClockDisciplined: false, Window) is not null);

    [Fact]
    public void It_says_for_how_long_nothing_was_recorded() =>
        Assert.Equal(48, Take.MayGoOn(Cut.AddSeconds(48), Hour, TimeSpan.Zero, isClockDisciplined: false, Window)!.SilentForSec);

    [Fact]
    public void A_machine_that_was_off_waits_for_a_time_source_before_it_believes_its_clock()
    {
        var justOn = TimeSpan.FromSeconds(9);
        Assert.Null(Take.MayGoOn(Cut.AddSeconds(30), justOn, TimeSpan.FromSeconds(3), isClockDisciplined: false, Window));
        Assert.NotNull(Take.MayGoOn(Cut.AddSeconds(30), justOn, TimeSpan.FromSeconds(3), isClockDisciplined: true, Window));
        Assert.NotNull(Take.MayGoOn(Cut.AddSeconds(50), justOn, CutOffTake.ClockTimeout, isClockDisciplined: false, Window));
    }

    [Fact]
    public void A_time_source_that_says_that_a_week_has_passed_ends_it()
    {
        Assert.Null(Take.MayGoOn(Cut.AddDays(7), TimeSpan.FromSeconds(9), Hour, isClockDisciplined: true, Window));
    }

    [Fact]
    public void A_clock_that_is_behind_the_last_frame_is_not_believed_at_once()
    {
        Assert.Null(Take.MayGoOn(Cut.AddMinutes(-5), Hour, TimeSpan.FromSeconds(3), isClockDisciplined: false, Window));
        Assert.Equal(0, Take.MayGoOn(Cut.AddMinutes(-5), Hour, CutOffTake.ClockTimeout, isClockDisciplined: false, Window)!.SilentForSec);
    }

    [Fact]
    public void A_window_of_zero_never_lets_it() =>
        Assert.Null(Take.MayGoOn(Cut, Hour, Hour, isClockDisciplined: true, TimeSpan.Zero));
}
