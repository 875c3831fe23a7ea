using Rig.Tests.Support;

namespace Rig.Tests.Engine.Streams;

public class OperatorTests : PatientTestKit
{
    private readonly ActorMaterializer materializer;

    public OperatorTests() => materializer = Sys.Materializer();

    private static Source<int, NotUsed> Numbers(int count) => Source.From(Enumerable.Range(1, count));

    /// <summary>Fails after these elements.</summary>
    private static Source<int, NotUsed> Broken(params int[] elements) => Source.From(elements.Append(int.MinValue)).Select(n => n == int.MinValue ? throw new InvalidDataException() : n);

    [Fact]
    public async Task Elements_are_mapped_filtered_grouped_and_cut_off()
    {
        var groups = await Numbers(100).Select(n => n * 10).Where(n => n % 20 == 0).Take(5).Grouped(2).RunWith(Sink.Seq<IEnumerable<int>>(), materializer).Soon();
        Assert.Equal([[20, 40], [60, 80], [100]], groups.Select(group => group.ToArray()).ToArray());
    }

    [Fact]
    public async Task A_sequence_of_sequences_is_flattened_in_order()
    {
        Assert.Equal([1, 2, 2, 3, 3, 3], await Numbers(3).SelectMany(n => Enumerable.Repeat(n, n)).RunWith(Sink.Seq<int>(), materializer).Soon());
        Assert.Empty(await Numbers(3).SelectMany(_ => Array.Empty<int>()).RunWith(Sink.Seq<int>(), materializer).Soon());
    }

    [Fact]
    public async Task Streams_of_streams_run_one_after_the_other()
    {
        Assert.Equal([10, 11, 20, 21, 30, 31], await Numbers(3).ConcatMany(n => Source.From(new[] { n * 10, (n * 10) + 1 })).RunWith(Sink.Seq<int>(), materializer).Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Numbers(3).ConcatMany(_ => Source.Failed<int>(new InvalidDataException())).RunWith(Sink.Ignore<int>(), materializer).Soon());
    }

    [Fact]
    public async Task What_a_handler_throws_fails_the_stream_and_cancels_above_it()
    {
        var (above, below) = Source.Queue<int>(8, OverflowStrategy.Backpressure)
            .Select(n => n == 3 ? throw new InvalidDataException("three") : n)
            .ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(materializer);
        for (var n = 1; n <= 3; n++)
            await above.OfferAsync(n).Soon();
        await Assert.ThrowsAsync<InvalidDataException>(() => below.Soon());
        await above.WatchCompletionAsync().ContinueWith(_ => { }, TaskScheduler.Default).Soon();
        await above.IsDetachedAsync();
    }

    [Fact]
    public async Task SelectAsync_keeps_the_order_and_never_runs_more_than_its_parallelism()
    {
        var (running, most) = (0, 0);
        var gates = Enumerable.Range(0, 20).Select(_ => new TaskCompletionSource()).ToArray();
        var full = new TaskCompletionSource();
        var result = Source.From(Enumerable.Range(0, 20)).SelectAsync(4, async n =>
        {
            var now = Interlocked.Increment(ref running);
            lock (gates)
                most = Math.Max(most, now);
            if (now == 4)
                full.TrySetResult();
            await gates[n].Task;
            Interlocked.Decrement(ref running);
            return n;
        }).RunWith(Sink.Seq<int>(), materializer);
        await full.Task.Soon();
        foreach (var gate in gates.Reverse())
            gate.SetResult();

        Assert.Equal(Enumerable.Range(0, 20), await result.Soon());
        Assert.Equal(4, most);
    }

    [Fact]
    public async Task SelectAsync_fails_at_once_with_the_first_failed_task()
    {
        var never = new TaskCompletionSource<int>();
        var result = Numbers(2).SelectAsync(2, n => n == 1 ? never.Task : Task.FromException<int>(new InvalidDataException())).RunWith(Sink.Ignore<int>(), materializer);
        await Bounds.ThrowsWrappedAsync<InvalidDataException>(() => result.Soon());
    }

    [Fact]
    public async Task What_an_asynchronous_handler_throws_before_its_task_comes_as_it_is() =>
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Numbers(2).SelectAsync<int, int, NotUsed>(2, _ => throw new InvalidDataException()).RunWith(Sink.Ignore<int>(), materializer).Soon());

    [Fact]
    public async Task SelectAsyncUnordered_lets_results_pass_a_slower_one()
    {
        var slow = new TaskCompletionSource<int>();
        await using var reader = new SlowReader<int>(Numbers(3).SelectAsyncUnordered(2, n => n == 1 ? slow.Task : Task.FromResult(n)).RunAsAsyncEnumerable(materializer).GetAsyncEnumerator());
        Assert.Equal(2, await reader.NextAsync());
        Assert.Equal(3, await reader.NextAsync());
        slow.SetResult(1);
        Assert.Equal(1, await reader.NextAsync());
        await reader.EndsAsync();
    }

    [Fact]
    public async Task Demand_is_what_moves_elements()
    {
        var made = 0;
        var source = Source.Unfold<int, int>(0, state => (Option<(int, int)>)(state + 1, Interlocked.Increment(ref made)));
        await using var reader = new SlowReader<int>(source.Select(n => n).SelectAsync(3, Task.FromResult).RunAsAsyncEnumerable(materializer).GetAsyncEnumerator());
        for (var n = 1; n <= 1000; n++)
            Assert.Equal(n, await reader.NextAsync());
        // Parallelism, the reader's own small buffer and one in each hand; but nothing like an unbounded queue.
        Assert.InRange(made, 1000, 1000 + 32);
    }

    [Fact]
    public async Task A_buffer_takes_elements_ahead_of_demand_up_to_its_size()
    {
        var made = 0;
        var sixth = new TaskCompletionSource();
        var source = Source.Unfold<int, int>(0, state =>
        {
            if (Interlocked.Increment(ref made) == 6)
                sixth.SetResult();
            return (Option<(int, int)>)(state + 1, state);
        });
        var gate = new TaskCompletionSource();
        var taken = new TaskCompletionSource();
        var (killSwitch, done) = source.ViaMaterialized(KillSwitches.Single<int>(), Keep.Right).Buffer(5, OverflowStrategy.Backpressure)
            .SelectAsync(1, async n =>
            {
                taken.TrySetResult();
                await gate.Task;
                return n;
            })
            .ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(materializer);
        await taken.Task.Soon();
        await sixth.Task.Soon();
        // One is being worked on and five wait; the seventh is not asked for while nothing moves.
        Assert.Equal(6, Volatile.Read(ref made));
        killSwitch.Shutdown();
        gate.SetResult();
        await done.Soon();
    }

    [Theory]
    [InlineData(OverflowStrategy.DropHead, new[] { 1, 4, 5 })]
    [InlineData(OverflowStrategy.DropTail, new[] { 1, 2, 5 })]
    [InlineData(OverflowStrategy.DropBuffer, new[] { 1, 4, 5 })]
    public async Task A_full_buffer_drops_what_its_strategy_says(OverflowStrategy strategy, int[] expected)
    {
        var gate = new TaskCompletionSource();
        var taken = new TaskCompletionSource();
        var (queue, seen) = Source.Queue<int>(16, OverflowStrategy.Backpressure).Buffer(2, strategy)
            .SelectAsync(1, async n =>
            {
                taken.TrySetResult();
                await gate.Task;
                return n;
            })
            .ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        await taken.Task.Soon();
        for (var n = 2; n <= 5; n++)
            await queue.OfferAsync(n).Soon();
        queue.Complete();
        await queue.WatchCompletionAsync().Soon();
        gate.SetResult();
        Assert.Equal(expected, await seen.Soon());
    }

    [Fact]
    public async Task Batch_and_conflate_gather_only_while_downstream_is_busy()
    {
        Assert.Equal([1, 2, 3], await Gathered((flow, taken) => flow.Batch(2, n => n, (sum, n) => sum + n), offered: 3, busy: false));
        Assert.Equal([1, 5, 4], await Gathered((flow, taken) => flow.Batch(2, n => n, (sum, n) => sum + n), offered: 4, busy: true));
        Assert.Equal([1, 9], await Gathered((flow, taken) => flow.Conflate((sum, n) => sum + n), offered: 4, busy: true));
    }

    [Fact]
    public async Task Concat_runs_the_second_after_the_first()
    {
        Assert.Equal([1, 2, 1, 2, 3], await Numbers(2).Concat(Numbers(3)).RunWith(Sink.Seq<int>(), materializer).Soon());
        Assert.Equal([1, 2], await Numbers(2).Concat(Source.Empty<int>()).RunWith(Sink.Seq<int>(), materializer).Soon());
        Assert.Equal([1, 2], await Source.Empty<int>().Concat(Numbers(2)).RunWith(Sink.Seq<int>(), materializer).Soon());
    }

    [Fact]
    public async Task Merge_brings_everything_of_both_and_each_in_its_order()
    {
        var merged = await Numbers(100).Merge(Source.From(Enumerable.Range(1001, 100))).RunWith(Sink.Seq<int>(), materializer).Soon();
        Assert.Equal(Enumerable.Range(1, 100), merged.Where(n => n <= 100));
        Assert.Equal(Enumerable.Range(1001, 100), merged.Where(n => n > 100));
    }

    [Fact]
    public async Task An_eager_merge_ends_with_the_first_of_the_two()
    {
        var never = Source.FromTask(new TaskCompletionSource<int>().Task);
        await never.Merge(Source.Empty<int>(), eagerComplete: true).RunWith(Sink.Ignore<int>(), materializer).Soon();
    }

    [Fact]
    public async Task A_broadcast_gives_both_sinks_everything_at_the_pace_of_the_slower()
    {
        var made = 0;
        var (also, main) = (new TaskCompletionSource(), new TaskCompletionSource());
        var source = Source.Unfold<int, int>(0, state => state == 50 ? default : (Option<(int, int)>)(Interlocked.Increment(ref made), state));
        var slow = Flow.Create<int>().SelectAsync(1, async n =>
        {
            main.TrySetResult();
            await also.Task;
            return n;
        }).ToMaterialized(Sink.Seq<int>(), Keep.Right);
        var (slowSeen, fastSeen) = source.AlsoToMaterialized(slow, Keep.Right).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(materializer);
        await main.Task.Soon();
        Assert.InRange(Volatile.Read(ref made), 1, 3);
        also.SetResult();
        Assert.Equal(Enumerable.Range(0, 50), await slowSeen.Soon());
        Assert.Equal(Enumerable.Range(0, 50), await fastSeen.Soon());
    }

    [Fact]
    public async Task Recover_replaces_a_failure_by_a_last_element()
    {
        Assert.Equal([1, 2, -1], await Broken(1, 2).Recover(cause => cause is InvalidDataException ? (Option<int>)(-1) : default).RunWith(Sink.Seq<int>(), materializer).Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => Broken(1, 2).Recover(_ => default).RunWith(Sink.Seq<int>(), materializer).Soon());
    }

    [Fact]
    public async Task RecoverWithRetries_goes_on_with_other_streams_as_often_as_it_may()
    {
        var attempts = 0;
        Source<int, NotUsed> Next() => Broken(++attempts);
        Assert.Equal([1, 2, 3, 99], await Next().RecoverWithRetries(_ => attempts < 3 ? Next() : Source.Single(99), -1).RunWith(Sink.Seq<int>(), materializer).Soon());
        attempts = 0;
        var seen = new List<int>();
        await Assert.ThrowsAsync<InvalidDataException>(() => Next().RecoverWithRetries(_ => Next(), 2).RunForeach(seen.Add, materializer).Soon());
        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public async Task Aggregates_are_materialised_values() =>
        Assert.Equal(5050, await Numbers(100).RunAggregate(0, (sum, n) => sum + n, materializer).Soon());

    [Fact]
    public async Task A_long_stream_lets_others_have_their_turn()
    {
        var endless = Source.Unfold<long, long>(0, state => (Option<(long, long)>)(state + 1, state)).ViaMaterialized(KillSwitches.Single<long>(), Keep.Right);
        var (killSwitch, done) = endless.ToMaterialized(Sink.Ignore<long>(), Keep.Both).Run(materializer);
        Assert.Equal([1, 2, 3], await Numbers(3).RunWith(Sink.Seq<int>(), materializer).Soon());
        killSwitch.Shutdown();
        await done.Soon();
    }

    private async Task<IEnumerable<int>> Gathered(
        Func<Source<int, ISourceQueueWithComplete<int>>, TaskCompletionSource, Source<int, ISourceQueueWithComplete<int>>> gather, int offered, bool busy)
    {
        var gate = new TaskCompletionSource();
        var taken = new TaskCompletionSource();
        if (!busy)
            gate.SetResult();
        var seen = new List<int>();
        var each = new SemaphoreSlim(0);
        var (queue, done) = gather(Source.Queue<int>(16, OverflowStrategy.Backpressure), taken)
            .SelectAsync(1, async n =>
            {
                taken.TrySetResult();
                await gate.Task;
                return n;
            })
            .ToMaterialized(
                Sink.ForEach<int>(n =>
                {
                    seen.Add(n);
                    each.Release();
                }),
                Keep.Both).Run(materializer);
        for (var n = 1; n <= offered; n++)
        {
            await queue.OfferAsync(n).Soon();
            if (n == 1)
                await taken.Task.Soon();
            if (!busy)
                Assert.True(await each.WaitAsync(Bounds.Patience));
        }

        queue.Complete();
        if (busy)
            gate.SetResult();
        await done.Soon();
        return seen;
    }
}
