using Rig.CameraNode.Capture;

namespace Rig.Tests.Capture;

public sealed class FrameSlotsTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(30)]
    [InlineData(60)]
    public void Slots_stay_exact_over_two_hours_and_are_found_again_by_their_instant(int fps)
    {
        var slots = new FrameSlots(123_456_789, fps);
        Assert.Equal(123_456_789 + (7200L * 1_000_000_000), slots.DueNs(7200L * fps));
        for (var slot = 0L; slot < 7200L * fps; slot += 997)
        {
            Assert.Equal(slot, slots.FirstAtOrAfter(slots.DueNs(slot)));
            Assert.Equal(slot + 1, slots.FirstAtOrAfter(slots.DueNs(slot) + 1));
        }

        Assert.Equal(0, slots.FirstAtOrAfter(5));
    }
}
