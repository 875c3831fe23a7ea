using Rig.Tests.Support;

namespace Rig.Tests.Engine.Streams;

public class KillSwitchTests : PatientTestKit
{
    private readonly ActorMaterializer materializer;

    public KillSwitchTests() => materializer = Sys.Materializer();

    [Fact]
    public async Task Shutdown_completes_below_and_cancels_above()
    {
        var ((queue, killSwitch), seen) = Source.Queue<int>(1, OverflowStrategy.Backpressure)
            .ViaMaterialized(KillSwitches.Single<int>(), Keep.Both).ToMaterialized(Sink.Seq<int>(), Keep.Both).Run(materializer);
        await queue.OfferAsync(1).Soon();
        killSwitch.Shutdown();
        Assert.All(await seen.Soon(), element => Assert.Equal(1, element));
        await queue.WatchCompletionAsync().Soon();
        killSwitch.Abort(new InvalidDataException("too late"));
    }

    [Fact]
    public async Task Abort_fails_below_and_cancels_above()
    {
        var ((queue, killSwitch), done) = Source.Queue<int>(1, OverflowStrategy.Backpressure)
            .ViaMaterialized(KillSwitches.Single<int>(), Keep.Both).ToMaterialized(Sink.Ignore<int>(), Keep.Both).Run(materializer);
        var cause = new InvalidDataException("enough");
        killSwitch.Abort(cause);
        Assert.Same(cause, await Bounds.ThrowsWrappedAsync<InvalidDataException>(() => done.Soon()));
        await queue.WatchCompletionAsync().ContinueWith(_ => { }, TaskScheduler.Default).Soon();
    }

    [Fact]
    public async Task A_shared_switch_ends_all_its_streams_and_those_that_come_later()
    {
        var shared = KillSwitches.Shared("all");
        var endless = Source.Queue<int>(1, OverflowStrategy.Backpressure).Via(shared.Flow<int>());
        var (first, second) = (endless.RunWith(Sink.Ignore<int>(), materializer), endless.RunWith(Sink.Ignore<int>(), materializer));
        shared.Shutdown();
        await first.Soon();
        await second.Soon();
        await endless.RunWith(Sink.Ignore<int>(), materializer).Soon();
    }
}
