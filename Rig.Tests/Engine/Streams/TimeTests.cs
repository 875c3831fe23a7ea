using System.Diagnostics;
using Rig.Tests.Support;

namespace Rig.Tests.Engine.Streams;

public class TimeTests() : PatientTestKit("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    // Akka.NET's throttle counts by the wall clock and waits by the scheduler; the embedded one knows only the scheduler.
    private readonly Stopwatch wall = Stopwatch.StartNew();

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Throttle_shapes_to_its_rate_after_a_burst()
    {
        var through = CreateTestProbe();
        var done = Source.From(Enumerable.Range(1, 6)).Throttle(2, TimeSpan.FromSeconds(1), 2, ThrottleMode.Shaping)
            .RunForeach(n => through.Ref.Tell(n), Sys.Materializer());
        through.ExpectMsg(1);
        through.ExpectMsg(2);
        for (var n = 3; n <= 6; n++)
        {
            AdvanceUntil(() => through.HasMessages);
            through.ExpectMsg(n);
        }

        await done.Soon();
        // Four elements beyond the burst at two a second. The clock may run ahead of the stream, never behind.
        Assert.True(Elapsed + wall.Elapsed >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Throttle_counts_cost_where_it_is_told_to()
    {
        var through = CreateTestProbe();
        var done = Source.From([5, 5, 10]).Throttle(10, TimeSpan.FromSeconds(1), 10, cost => cost, ThrottleMode.Shaping)
            .RunForeach(n => through.Ref.Tell(n), Sys.Materializer());
        through.ExpectMsg(5);
        through.ExpectMsg(5);
        AdvanceUntil(() => through.HasMessages);
        through.ExpectMsg(10);
        await done.Soon();
        Assert.True(Elapsed + wall.Elapsed >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_enforcing_throttle_fails_when_exceeded() =>
        await Assert.ThrowsAsync<OverflowException>(() => Source.From(Enumerable.Range(1, 3)).Throttle(1, TimeSpan.FromSeconds(1), 2, ThrottleMode.Enforcing)
            .RunWith(Sink.Ignore<int>(), Sys.Materializer()).Soon());

    [Fact]
    public async Task A_failed_source_is_made_anew_after_pauses_that_double()
    {
        var starts = CreateTestProbe();
        var made = 0;
        var source = RestartSource.OnFailuresWithBackoff(
            () =>
            {
                var number = ++made;
                starts.Ref.Tell(number);
                return number < 4 ? Source.From([number, -1]).Select(n => n < 0 ? throw new InvalidDataException() : n) : Source.Single(number);
            },
            RestartSettings.Create(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 0).WithMaxRestarts(10, TimeSpan.FromMinutes(1)));
        var seen = source.RunWith(Sink.Seq<int>(), Sys.Materializer());
        starts.ExpectMsg(1);
        foreach (var (number, seconds) in new[] { (2, 1), (3, 2), (4, 3) })
        {
            var before = Elapsed;
            AdvanceUntil(() => starts.HasMessages);
            starts.ExpectMsg(number);
            Assert.True(Elapsed - before >= TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal([1, 2, 3, 4], await seen.Soon());
    }

    [Fact]
    public async Task Too_many_restarts_in_a_row_fail_the_stream()
    {
        var made = 0;
        var failed = RestartSource.OnFailuresWithBackoff(
            () =>
            {
                Interlocked.Increment(ref made);
                return Source.Failed<int>(new InvalidDataException());
            },
            RestartSettings.Create(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0).WithMaxRestarts(2, TimeSpan.FromMinutes(1)))
            .RunWith(Sink.Ignore<int>(), Sys.Materializer());
        AdvanceUntil(() => failed.IsCompleted);
        await Assert.ThrowsAsync<InvalidDataException>(() => failed.Soon());
        Assert.Equal(3, made);
    }

    private TimeSpan Elapsed { get; set; }

    /// <summary>Moves the clock in small steps, each given to the streams, until something has come of it.</summary>
    private void AdvanceUntil(Func<bool> happened) => AwaitCondition(
        () =>
        {
            if (happened())
                return true;
            Time.Advance(TimeSpan.FromMilliseconds(100));
            Elapsed += TimeSpan.FromMilliseconds(100);
            return false;
        },
        Bounds.Patience,
        TimeSpan.FromMilliseconds(20));
}
