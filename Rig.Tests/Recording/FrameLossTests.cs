using Rig.Domain.Recordings;

namespace Rig.Tests.Recording;

public sealed class FrameLossTests
{
    [Theory]
    [InlineData(80, 372, "lost 372 of 452 frames (82 %)")]
    [InlineData(98, 2, "lost 2 of 100 frames (2.0 %)")]
    [InlineData(0, 10, "lost 10 of 10 frames (100 %)")]
    [InlineData(99, 1, null)]
    [InlineData(7500, 12, null)]
    [InlineData(0, 0, null)]
    public void More_than_one_frame_in_a_hundred_is_told(long frames, long dropped, string? sentence) => Assert.Equal(sentence, FrameLoss.Of(frames, dropped));
}
