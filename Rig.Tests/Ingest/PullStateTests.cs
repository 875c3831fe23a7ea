using Rig.Actors.Recording;
using Rig.Ingest.Pull;

namespace Rig.Tests.Ingest;

public sealed class PullStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 16, 0, 0, TimeSpan.Zero);

    private readonly PullOptions options = new() { RetryDelay = TimeSpan.FromSeconds(2), MaxRetryDelay = TimeSpan.FromSeconds(30) };

    [Fact]
    public void One_take_a_node_and_three_in_all_are_fetched_at_a_time()
    {
        var state = PullState.Empty(options);
        foreach (var node in new[] { "http://l", "http://c", "http://r", "http://x" })
        {
            state = state.Listed(node, [Take(node, "A_CAM_" + char.ToUpperInvariant(node[^1])), Take(node, "B_CAM_" + char.ToUpperInvariant(node[^1]))]);
        }

        (state, var first) = state.Next(Now);
        Assert.Equal(["A_CAM_L", "A_CAM_C", "A_CAM_R"], first.Select(item => item.Take.Id.ToString()));

        (state, var none) = state.Next(Now);
        Assert.Empty(none);

        (state, var second) = state.Fetched(first[0].Take.Id).Next(Now);
        Assert.Equal([("A_CAM_L", PullStep.Confirm), ("B_CAM_L", PullStep.Fetch)], second.Select(item => (item.Take.Id.ToString(), item.Step)));
    }

    [Fact]
    public void A_failed_take_waits_twice_as_long_each_time_and_its_node_is_free_meanwhile()
    {
        var state = PullState.Empty(options).Listed("http://l", [Take("http://l", "A_CAM_L"), Take("http://l", "B_CAM_L")]);
        (state, var first) = state.Next(Now);
        state = state.Failed(first[0].Take.Id, "cut", Now);

        (state, var next) = state.Next(Now);
        Assert.Equal("B_CAM_L", Assert.Single(next).Take.Id.ToString());
        state = state.Fetched(next[0].Take.Id);

        Assert.DoesNotContain(state.Next(Now.AddSeconds(1.9)).Start, item => item.Step == PullStep.Fetch);
        (state, next) = state.Next(Now.AddSeconds(2));
        Assert.Contains(next, item => item.Take.Id.ToString() == "A_CAM_L");
        state = state.Failed(first[0].Take.Id, "cut", Now);
        Assert.Equal(Now.AddSeconds(4), state.Items[first[0].Take.Id].NotBefore);
        Assert.Equal("cut", state.Items[first[0].Take.Id].Error);
    }

    [Fact]
    public void What_a_node_no_longer_lists_is_forgotten_unless_it_is_worked_on()
    {
        var state = PullState.Empty(options).Listed("http://l", [Take("http://l", "A_CAM_L"), Take("http://l", "B_CAM_L")]);
        (state, var running) = state.Next(Now);
        state = state.Listed("http://l", []);

        Assert.Equal(running.Select(item => item.Take.Id), state.Items.Keys);
    }

    [Fact]
    public void A_take_sealed_anew_is_fetched_as_it_is_now()
    {
        var before = Take("http://l", "A_CAM_L");
        var state = PullState.Empty(options).Listed("http://l", [before]);
        (state, _) = state.Next(Now);
        state = state.Failed(before.Id, "cut", Now);
        var after = before with { Sha256 = new string('b', 64) };
        state = state.Listed("http://l", [after]);

        var (_, start) = state.Next(Now);
        Assert.Equal(after, Assert.Single(start).Take);
    }

    [Theory]
    [InlineData("../../x", 10)]
    [InlineData("A_CAM_L/..", 10)]
    [InlineData(null, 10)]
    [InlineData("A_CAM_L", 0)]
    [InlineData("A_CAM_L", 1001)]
    public void An_entry_that_is_not_a_takes_is_not_fetched(string? id, long size)
    {
        Assert.Null(RemoteTake.TryCreate("http://l", id, size, new string('a', 64), maxBytes: 1000, out var why));
        Assert.NotEmpty(why);
    }

    [Fact]
    public void A_recording_without_a_checksum_is_not_finished_and_not_fetched() =>
        Assert.Null(RemoteTake.TryCreate("http://l", "A_CAM_L", 10, "", maxBytes: 1000, out _));

    private static RemoteTake Take(string node, string id) =>
        RecordingId.TryParse(id, out var parsed) ? new RemoteTake(node, parsed, 100, new string('a', 64)) : throw new ArgumentException(id);
}
