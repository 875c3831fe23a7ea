using System.Collections.Immutable;
using Rig.Tests.Support;

namespace Rig.Tests.Engine.Streams;

public class MaterializerTests : PatientTestKit
{
    [Fact]
    public async Task Streams_end_with_their_materializer()
    {
        var materializer = Sys.Materializer();
        var (queue, running) = Source.Queue<int>(1, OverflowStrategy.Backpressure).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        materializer.Shutdown();
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => running.Soon());
        await Assert.ThrowsAsync<StreamDetachedException>(() => queue.WatchCompletionAsync().Soon());
        await queue.IsDetachedAsync();
        Assert.True(materializer.IsShutdown);
    }

    [Fact]
    public async Task Streams_end_with_the_actor_that_made_them()
    {
        var owner = ActorOf(Props.Create(() => new Owner()));
        owner.Tell("run", TestActor);
        var running = ExpectMsg<Task<IImmutableList<int>>>();
        Sys.Stop(owner);
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => running.Soon());
    }

    [Fact]
    public async Task Streams_end_with_the_system()
    {
        var running = Source.Queue<int>(1, OverflowStrategy.Backpressure).RunWith(Sink.Seq<int>(), Sys.Materializer());
        await Sys.Terminate().Soon();
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => running.Soon());
    }

    [Fact]
    public async Task A_reader_that_stops_early_cancels_its_stream()
    {
        var (queue, source) = (new TaskCompletionSource<ISourceQueueWithComplete<int>>(), Source.Queue<int>(8, OverflowStrategy.Backpressure));
        var elements = source.MapMaterializedValue(value =>
        {
            queue.SetResult(value);
            return NotUsed.Instance;
        }).RunAsAsyncEnumerable(Sys.Materializer());
        var seen = new List<int>();
        var reading = Task.Run(async () =>
        {
            await foreach (var element in elements)
            {
                seen.Add(element);
                if (element == 2)
                    break;
            }
        });
        var input = await queue.Task.Soon();
        for (var n = 1; n <= 2; n++)
            await input.OfferAsync(n).Soon();
        // The third may come while the stream ends, when nothing promises it an answer.
        _ = input.OfferAsync(3);
        await reading.Soon();
        await input.WatchCompletionAsync().Soon();
        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public async Task A_reader_hears_of_the_streams_failure()
    {
        var elements = Source.From([1, -1]).Select(n => n < 0 ? throw new InvalidDataException() : n).RunAsAsyncEnumerable(Sys.Materializer());
        var seen = new List<int>();
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var element in elements)
                seen.Add(element);
        });
        Assert.Equal([1], seen);
    }

    private sealed class Owner : ReceiveActor
    {
        public Owner() => Receive<string>(_ => Sender.Tell(Source.Queue<int>(1, OverflowStrategy.Backpressure).RunWith(Sink.Seq<int>(), Context.Materializer())));
    }
}
