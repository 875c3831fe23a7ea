using Rig.Tests.Support;

namespace Rig.Tests.Engine.Streams;

public class SourceTests : PatientTestKit
{
    private readonly ActorMaterializer materializer;

    public SourceTests() => materializer = Sys.Materializer();

    [Fact]
    public async Task Each_run_enumerates_anew()
    {
        var source = Source.From(Enumerable.Range(1, 3));
        Assert.Equal([1, 2, 3], await source.RunWith(Sink.Seq<int>(), materializer).Soon());
        Assert.Equal([1, 2, 3], await source.RunWith(Sink.Seq<int>(), materializer).Soon());
    }

    [Fact]
    public async Task Single_and_empty_complete()
    {
        Assert.Equal(7, await Source.Single(7).RunWith(Sink.First<int>(), materializer).Soon());
        Assert.Empty(await Source.Empty<int>().RunWith(Sink.Seq<int>(), materializer).Soon());
        await Assert.ThrowsAsync<NoSuchElementException>(() => Source.Empty<int>().RunWith(Sink.First<int>(), materializer).Soon());
    }

    [Fact]
    public async Task A_failed_source_fails_the_sink_with_its_own_cause()
    {
        var cause = new InvalidDataException("broken");
        var seen = await Assert.ThrowsAsync<InvalidDataException>(() => Source.Failed<int>(cause).RunWith(Sink.Ignore<int>(), materializer).Soon());
        Assert.Same(cause, seen);
    }

    [Fact]
    public async Task What_an_enumerable_throws_fails_the_stream_after_the_elements_before_it()
    {
        static IEnumerable<int> Broken()
        {
            yield return 1;
            yield return 2;
            throw new InvalidDataException("broken");
        }

        var seen = new List<int>();
        await Bounds.ThrowsWrappedAsync<InvalidDataException>(() => Source.From(Broken()).RunForeach(seen.Add, materializer).Soon());
        Assert.Equal([1, 2], seen);
        await Bounds.ThrowsWrappedAsync<InvalidDataException>(() => Source.Single(0).SelectMany(_ => Broken()).RunForeach(seen.Add, materializer).Soon());
        Assert.Equal([1, 2, 1, 2], seen);
    }

    [Fact]
    public async Task A_task_is_one_element_or_a_failure()
    {
        var later = new TaskCompletionSource<int>();
        var first = Source.FromTask(later.Task).RunWith(Sink.Seq<int>(), materializer);
        later.SetResult(5);
        Assert.Equal([5], await first.Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => Source.FromTask(Task.FromException<int>(new InvalidDataException())).RunWith(Sink.Ignore<int>(), materializer).Soon());
    }

    [Fact]
    public async Task Unfold_goes_on_until_there_is_no_next_state()
    {
        var powers = Source.Unfold<int, int>(1, state => state > 100 ? default : (Option<(int, int)>)(state * 2, state));
        Assert.Equal([1, 2, 4, 8, 16, 32, 64], await powers.RunWith(Sink.Seq<int>(), materializer).Soon());
        var counted = Source.UnfoldAsync<int, int>(0, async state =>
        {
            await Task.Yield();
            return state == 3 ? default : (Option<(int, int)>)(state + 1, state);
        });
        Assert.Equal([0, 1, 2], await counted.RunWith(Sink.Seq<int>(), materializer).Soon());
        var broken = Source.UnfoldAsync<int, int>(0, _ => Task.FromException<Option<(int, int)>>(new InvalidDataException()));
        await Bounds.ThrowsWrappedAsync<InvalidDataException>(() => broken.RunWith(Sink.Ignore<int>(), materializer).Soon());
    }

    [Fact]
    public async Task An_asynchronous_enumerable_is_asked_only_on_demand_and_disposed_when_cancelled()
    {
        var asked = 0;
        var disposed = new TaskCompletionSource();
        async IAsyncEnumerable<int> Numbers()
        {
            try
            {
                while (true)
                {
                    await Task.Yield();
                    yield return Interlocked.Increment(ref asked);
                }
            }
            finally
            {
                disposed.SetResult();
            }
        }

        Assert.Equal(1, await Source.From(Numbers).RunWith(Sink.First<int>(), materializer).Soon());
        await disposed.Task.Soon();
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task The_token_of_an_asynchronous_enumerable_is_cancelled_with_its_stream()
    {
        var waiting = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        async IAsyncEnumerable<int> Silent([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping = default)
        {
            using var told = stopping.Register(ended.SetResult);
            waiting.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            yield return 1;
        }

        var (killSwitch, done) = Source.From(() => Silent()).ViaMaterialized(KillSwitches.Single<int>(), Keep.Right).ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(materializer);
        await waiting.Task.Soon();
        killSwitch.Shutdown();
        await done.Soon();
        await ended.Task.Soon();
    }

    [Fact]
    public async Task A_queue_holds_back_its_producer()
    {
        var (queue, elements) = Source.Queue<int>(1, OverflowStrategy.Backpressure).ToMaterialized(Held<int>(out var release), Keep.Both).Run(materializer);
        // One waits in the sink's hands, one in the buffer; the third offer must wait.
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(1).Soon());
        await elements.Taken.Task.Soon();
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(2).Soon());
        var third = queue.OfferAsync(3);
        // A second waiting offer is refused, and by the order of offers the third one was not answered before.
        await Assert.ThrowsAsync<IllegalStateException>(() => queue.OfferAsync(4).Soon());
        Assert.False(third.IsCompleted);
        release.SetResult();
        Assert.IsType<QueueOfferResult.Enqueued>(await third.Soon());
        queue.Complete();
        Assert.Equal([1, 2, 3], await elements.Seen.Soon());
        await queue.WatchCompletionAsync().Soon();
        await queue.IsDetachedAsync();
    }

    [Theory]
    [InlineData(OverflowStrategy.DropHead, new[] { 1, 3 })]
    [InlineData(OverflowStrategy.DropBuffer, new[] { 1, 3 })]
    [InlineData(OverflowStrategy.DropTail, new[] { 1, 2 })]
    [InlineData(OverflowStrategy.DropNew, new[] { 1, 2 })]
    public async Task A_queue_without_a_buffer_lets_one_offer_wait_and_drops_another(OverflowStrategy strategy, int[] expected)
    {
        var (queue, elements) = Source.Queue<int>(0, strategy).ToMaterialized(Held<int>(out var release), Keep.Both).Run(materializer);
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(1).Soon());
        await elements.Taken.Task.Soon();
        var (second, third) = (queue.OfferAsync(2), queue.OfferAsync(3));
        var (kept, dropped) = expected[1] == 2 ? (second, third) : (third, second);
        Assert.IsType<QueueOfferResult.Dropped>(await dropped.Soon());
        Assert.False(kept.IsCompleted);
        release.SetResult();
        Assert.IsType<QueueOfferResult.Enqueued>(await kept.Soon());
        queue.Complete();
        Assert.Equal(expected, await elements.Seen.Soon());
    }

    [Fact]
    public async Task An_offer_that_waits_when_the_stream_is_cancelled_hears_that_the_queue_is_closed()
    {
        var gate = new TaskCompletionSource();
        var ((queue, killSwitch), _) = Source.Queue<int>(0, OverflowStrategy.Backpressure).ViaMaterialized(KillSwitches.Single<int>(), Keep.Both)
            .SelectAsync(1, async n =>
            {
                await gate.Task;
                return n;
            })
            .ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(materializer);
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(1).Soon());
        var waiting = queue.OfferAsync(2);
        killSwitch.Shutdown();
        Assert.IsType<QueueOfferResult.QueueClosed>(await waiting.Soon());
        gate.SetResult();
    }

    [Fact]
    public async Task A_queue_that_drops_the_new_says_so()
    {
        var (queue, elements) = Source.Queue<int>(1, OverflowStrategy.DropNew).ToMaterialized(Held<int>(out var release), Keep.Both).Run(materializer);
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(1).Soon());
        await elements.Taken.Task.Soon();
        Assert.IsType<QueueOfferResult.Enqueued>(await queue.OfferAsync(2).Soon());
        Assert.IsType<QueueOfferResult.Dropped>(await queue.OfferAsync(3).Soon());
        queue.Complete();
        release.SetResult();
        Assert.Equal([1, 2], await elements.Seen.Soon());
    }

    [Fact]
    public async Task A_queue_that_fails_when_full_fails_its_stream()
    {
        var (queue, elements) = Source.Queue<int>(1, OverflowStrategy.Fail).ToMaterialized(Held<int>(out var release), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        await elements.Taken.Task.Soon();
        await queue.OfferAsync(2).Soon();
        Assert.IsType<QueueOfferResult.Failure>(await queue.OfferAsync(3).Soon());
        release.SetResult();
        await Assert.ThrowsAsync<BufferOverflowException>(() => elements.Seen.Soon());
        await Assert.ThrowsAsync<BufferOverflowException>(() => queue.WatchCompletionAsync().Soon());
    }

    [Fact]
    public async Task A_cancelled_queue_is_closed()
    {
        var (queue, first) = Source.Queue<int>(4, OverflowStrategy.Backpressure).ToMaterialized(Sink.First<int>(), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        Assert.Equal(1, await first.Soon());
        await queue.WatchCompletionAsync().Soon();
        await queue.IsDetachedAsync();
    }

    /// <summary>A sink that takes one element and holds it until it is released.</summary>
    private static Sink<T, (Task<System.Collections.Immutable.IImmutableList<T>> Seen, TaskCompletionSource Taken)> Held<T>(out TaskCompletionSource release)
    {
        var (gate, taken) = (new TaskCompletionSource(), new TaskCompletionSource());
        release = gate;
        return Flow.Create<T>()
            .SelectAsync(1, async element =>
            {
                taken.TrySetResult();
                await gate.Task;
                return element;
            })
            .ToMaterialized(Sink.Seq<T>(), (_, seen) => (seen, taken));
    }
}
