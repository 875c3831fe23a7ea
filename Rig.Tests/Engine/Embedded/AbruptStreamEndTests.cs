using Rig.Tests.Engine.Streams;
using Rig.Tests.Support;

namespace Rig.Tests.Engine.Embedded;

/// <summary>Akka.NET leaves these tasks unfinished for ever when a stream is stopped with its materializer; only its <c>Sink.Seq</c> ends.</summary>
public class AbruptStreamEndTests : PatientTestKit
{
    [Fact]
    public async Task Every_sinks_task_ends_with_its_materializer()
    {
        var materializer = Sys.Materializer();
        var endless = Source.FromTask(new TaskCompletionSource<int>().Task);
        Task[] running =
        [
            endless.RunWith(Sink.Ignore<int>(), materializer),
            endless.RunForeach(_ => { }, materializer),
            endless.RunWith(Sink.First<int>(), materializer),
            endless.RunAggregate(0, (sum, n) => sum + n, materializer),
        ];
        materializer.Shutdown();
        foreach (var task in running)
            await Assert.ThrowsAsync<AbruptStageTerminationException>(() => task.Soon());
    }

    [Fact]
    public async Task An_offer_that_waits_is_answered_when_its_stream_is_stopped()
    {
        var materializer = Sys.Materializer();
        var (queue, elements) = Source.Queue<int>(0, OverflowStrategy.Backpressure).ToMaterialized(
            Flow.Create<int>().SelectAsync(1, _ => new TaskCompletionSource<int>().Task).ToMaterialized(Sink.Seq<int>(), Keep.Right), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        var waiting = queue.OfferAsync(2);
        materializer.Shutdown();
        await Assert.ThrowsAsync<StreamDetachedException>(() => waiting.Soon());
        await Assert.ThrowsAsync<AbruptStageTerminationException>(() => elements.Soon());
    }
}
