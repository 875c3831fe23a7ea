extern alias node;

using Microsoft.Extensions.Logging.Abstractions;
using node::Rig.CameraNode.Updates;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

public sealed class UpdateHistoryTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_newest_attempts_are_kept_and_are_there_after_a_restart()
    {
        var history = Open();
        for (var n = 0; n < UpdateHistory.Capacity + 7; n++)
        {
            history.Add(new UpdateAttempt($"1.0.{n}", "0.9.0", At.AddDays(n), At.AddDays(n).AddSeconds(5), true, null));
        }

        var kept = Open().Read();
        Assert.Equal(UpdateHistory.Capacity, kept.Count);
        Assert.Equal(new UpdateAttempt("1.0.106", "0.9.0", At.AddDays(106), At.AddDays(106).AddSeconds(5), true, null), kept[0]);
        Assert.Equal("1.0.7", kept[^1].Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[{\"version\":null}]")]
    [InlineData("null")]
    [InlineData("{}")]
    public void A_broken_file_is_kept_aside_and_the_next_attempt_is_written_down(string content)
    {
        File.WriteAllText(folder.File("history.json"), content);
        var history = Open();
        Assert.Empty(history.Read());
        history.Add(new UpdateAttempt("1.0.0", "0.9.0", At, null, false, new string('x', 5000)));
        Assert.Equal(1000, Open().Read().Single().Error!.Length);
        Assert.Equal(content, File.ReadAllText(folder.File("history.json.broken")));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_fails_no_update()
    {
        File.WriteAllText(folder.File("taken"), "");
        var history = new UpdateHistory(folder.File("taken", "history.json"), NullLogger<UpdateHistory>.Instance);
        history.Add(new UpdateAttempt("1.0.0", "0.9.0", At, At, true, null));
        Assert.Empty(history.Read());
    }

    private UpdateHistory Open() => new(folder.File("history.json"), NullLogger<UpdateHistory>.Instance);
}
