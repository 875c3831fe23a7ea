using Rig.Domain.Identity;
using Rig.Ingest.Pull;

namespace Rig.Tests.Ingest.Pull;

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
        Assert.Equal([("A_CAM_L", PullStep.Confirm), ("A_CAM_X", PullStep.Fetch)], second.Select(item => (item.Take.Id.ToString(), item.Step)));
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
    public void A_take_sealed_again_is_fetched_as_it_is_now()
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

    [Fact]
    public void The_session_that_lacks_least_is_made_whole_first()
    {
        var one = new PullOptions { MaxConcurrentTakes = 1 };
        var state = PullState.Empty(one)
            .Listed("http://l", [Take("http://l", "LONG_CAM_L", 900), Take("http://l", "SHORT_CAM_L", 300)])
            .Listed("http://c", [Take("http://c", "LONG_CAM_C", 100), Take("http://c", "SHORT_CAM_C", 300)]);

        Assert.Equal(["SHORT_CAM_L", "SHORT_CAM_C", "LONG_CAM_L", "LONG_CAM_C"], RunAll(state));
    }

    [Fact]
    public void Cameras_take_turns_within_a_session()
    {
        var one = new PullOptions { MaxConcurrentTakes = 1 };
        var state = PullState.Empty(one)
            .Listed("http://l", [Take("http://l", "A_CAM_L"), Take("http://l", "A_CAM_L_T2"), Take("http://l", "A_CAM_L_T3")])
            .Listed("http://c", [Take("http://c", "A_CAM_C"), Take("http://c", "A_CAM_C_T2")]);

        Assert.Equal(["A_CAM_L", "A_CAM_C", "A_CAM_L_T2", "A_CAM_C_T2", "A_CAM_L_T3"], RunAll(state));
    }

    [Fact]
    public void A_pause_starts_nothing_but_what_is_held_is_still_confirmed()
    {
        var state = PullState.Empty(options).Listed("http://l", [Take("http://l", "A_CAM_L"), Take("http://l", "B_CAM_L")]);
        (state, var running) = state.Next(Now);
        state = (state with { Paused = true }).Fetched(running[0].Take.Id);
        (state, var next) = state.Next(Now);
        Assert.Equal((running[0].Take.Id, PullStep.Confirm), (Assert.Single(next).Take.Id, next[0].Step));

        (_, next) = (state with { Paused = false }).Next(Now);
        Assert.Equal("B_CAM_L", Assert.Single(next).Take.Id.ToString());
    }

    [Fact]
    public void An_interruption_is_no_failure()
    {
        var state = PullState.Empty(options).Listed("http://l", [Take("http://l", "A_CAM_L")]);
        (state, var running) = state.Next(Now);
        state = state.Stopped(running[0].Take.Id);
        Assert.Equal(0, state.Items[running[0].Take.Id].Failures);
        Assert.Single(state.Next(Now).Start);
    }

    [Fact]
    public void A_retry_does_not_wait()
    {
        var state = PullState.Empty(options).Listed("http://l", [Take("http://l", "A_CAM_L")]);
        (state, var running) = state.Next(Now);
        state = state.Failed(running[0].Take.Id, "cut", Now);
        Assert.Empty(state.Next(Now).Start);
        Assert.Single(state.Retry(only: null).Next(Now).Start);
        Assert.Single(state.Retry(running[0].Take.Id).Next(Now).Start);
    }

    [Fact]
    public void Ten_thousand_takes_are_each_fetched_and_confirmed_once_within_the_bounds()
    {
        string[] cameras = ["L", "C", "R"];
        var state = PullState.Empty(options);
        foreach (var camera in cameras)
        {
            var url = "http://" + camera;
            state = state.Listed(url, Enumerable.Range(0, 3334).Select(i => Take(url, $"S{i / 20:0000}_CAM_{camera}_T{(i % 20) + 2}", 1 + (i % 7))).ToList());
        }

        var random = new Random(20261121);
        var (running, fetched, confirmed) = (new List<PullItem>(), new HashSet<string>(), new HashSet<string>());
        while (!state.Items.IsEmpty)
        {
            (state, var start) = state.Next(Now);
            running.AddRange(start);
            Assert.InRange(running.Count(item => item.Step == PullStep.Fetch), 0, 3);
            Assert.All(running.Where(item => item.Step == PullStep.Fetch).GroupBy(item => item.Take.NodeUrl), node => Assert.Single(node));
            Assert.NotEmpty(running);
            var at = random.Next(running.Count);
            var done = running[at];
            running.RemoveAt(at);
            Assert.True((done.Step == PullStep.Fetch ? fetched : confirmed).Add(done.Take.Id.ToString()));
            state = done.Step == PullStep.Fetch ? state.Fetched(done.Take.Id) : state.Confirmed(done.Take.Id);
        }

        Assert.Equal((10_002, 10_002), (fetched.Count, confirmed.Count));
    }

    [Fact]
    public void A_take_that_another_server_brings_is_looked_at_later_and_leaves_its_room_to_others()
    {
        var state = PullState.Empty(options).Listed("http://c", [Take("http://c", "S_CAM_C"), Take("http://c", "S_CAM_C_T2")]);
        (state, var start) = state.Next(Now);
        state = state.Elsewhere(Assert.Single(start).Take.Id, Now);
        (state, var other) = state.Next(Now);
        Assert.NotEqual(start[0].Take.Id, Assert.Single(other).Take.Id);
        state = state.Fetched(other[0].Take.Id).Confirmed(other[0].Take.Id);
        (state, var again) = state.Next(Now + options.RetryDelay);
        Assert.Equal((start[0].Take.Id, 0), (Assert.Single(again).Take.Id, again[0].Failures));
    }

    [Fact]
    public void Whatever_happens_the_counts_stay_true()
    {
        var random = new Random(7);
        var state = PullState.Empty(options);
        var running = new List<TakeId>();
        for (var step = 0; step < 5_000; step++)
        {
            var now = Now.AddSeconds(step);
            switch (random.Next(4))
            {
                case 0:
                    var url = "http://" + "lcr"[random.Next(3)];
                    state = state.Listed(url, Enumerable.Range(0, random.Next(6)).Select(i => Take(url, $"S{i}_CAM_{char.ToUpperInvariant(url[^1])}", random.Next(1, 99))).ToList());
                    break;
                case 1 when running.Count > 0:
                    var id = running[random.Next(running.Count)];
                    running.Remove(id);
                    var item = state.Items[id];
                    state = random.Next(4) switch
                    {
                        0 => state.Failed(id, "cut", now, backToFetch: random.Next(2) == 0),
                        1 => state.Stopped(id),
                        _ => item.Step == PullStep.Fetch ? state.Fetched(id) : state.Confirmed(id),
                    };
                    break;
                default:
                    (state, var start) = (state with { Paused = random.Next(5) == 0 }).Next(now);
                    running.AddRange(start.Select(started => started.Take.Id));
                    break;
            }

            Assert.True(running.ToHashSet().SetEquals(state.Items.Values.Where(item => item.Running).Select(item => item.Take.Id)));
            var fetching = state.Items.Values.Where(item => item is { Running: true, Step: PullStep.Fetch }).ToList();
            Assert.InRange(fetching.Count, 0, 3);
            Assert.All(fetching.GroupBy(item => item.Take.NodeUrl), node => Assert.Single(node));
        }

        // Left alone, everything still gets done.
        state = state with { Paused = false };
        for (var now = Now.AddDays(1); !state.Items.IsEmpty; now = now.AddDays(1))
        {
            (state, var start) = state.Next(now);
            running.AddRange(start.Select(started => started.Take.Id));
            Assert.NotEmpty(running);
            foreach (var id in running)
            {
                state = state.Items[id].Step == PullStep.Fetch ? state.Fetched(id) : state.Confirmed(id);
            }

            running.Clear();
        }
    }

    private static List<string> RunAll(PullState state)
    {
        var order = new List<string>();
        while (true)
        {
            (state, var start) = state.Next(Now);
            if (start.Count == 0)
            {
                return order;
            }

            foreach (var item in start)
            {
                if (item.Step == PullStep.Fetch)
                {
                    order.Add(item.Take.Id.ToString());
                    state = state.Fetched(item.Take.Id);
                }
                else
                {
                    state = state.Confirmed(item.Take.Id);
                }
            }
        }
    }

    private static RemoteTake Take(string node, string id, long sizeBytes = 100) =>
        TakeId.TryParse(id, out var parsed) ? new RemoteTake(node, parsed, sizeBytes, new string('a', 64)) : throw new ArgumentException(id);
}
