using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class CircuitBreakerTests : PatientTestKit
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ResetTimeout = TimeSpan.FromSeconds(10);

    private readonly CircuitBreaker breaker;

    public CircuitBreakerTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"") =>
        breaker = CircuitBreaker.Create(Sys.Scheduler, 2, CallTimeout, ResetTimeout).OnOpen(() => TestActor.Tell("opened"));

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Failures_in_a_row_open_it_and_then_nothing_is_called()
    {
        await FailAsync();
        Assert.True(breaker.IsClosed);
        await FailAsync();

        Assert.True(breaker.IsOpen);
        ExpectMsg("opened");
        var refused = await Assert.ThrowsAsync<OpenCircuitException>(() => breaker.WithCircuitBreaker<int>(() => throw new UnreachedException()));
        Assert.InRange(refused.RemainingDuration, TimeSpan.FromTicks(1), ResetTimeout);
        Assert.IsType<InvalidOperationException>(refused.InnerException);
    }

    [Fact]
    public async Task A_success_between_failures_keeps_it_closed()
    {
        await FailAsync();
        await breaker.WithCircuitBreaker(() => Task.FromResult(1));
        await FailAsync();
        Assert.True(breaker.IsClosed);
    }

    [Fact]
    public async Task After_the_pause_one_call_is_let_through_and_its_success_closes_it()
    {
        await OpenAsync();
        Time.Advance(ResetTimeout);
        Assert.True(breaker.IsHalfOpen);

        var trial = new TaskCompletionSource<int>();
        var tried = breaker.WithCircuitBreaker(() => trial.Task);
        await Assert.ThrowsAsync<OpenCircuitException>(() => breaker.WithCircuitBreaker<int>(() => throw new UnreachedException()));
        trial.SetResult(7);
        Assert.Equal(7, await tried);
        Assert.True(breaker.IsClosed);
    }

    [Fact]
    public async Task A_failed_trial_opens_it_for_another_pause()
    {
        await OpenAsync();
        Time.Advance(ResetTimeout);
        await FailAsync();
        Assert.True(breaker.IsOpen);
        Time.Advance(ResetTimeout - TimeSpan.FromMilliseconds(1));
        Assert.True(breaker.IsOpen);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(breaker.IsHalfOpen);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_a_failure()
    {
        await FailAsync();
        var never = new TaskCompletionSource<int>();
        var call = breaker.WithCircuitBreaker(() => never.Task);
        Time.Advance(CallTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.True(breaker.IsOpen);
    }

    [Fact]
    public async Task The_late_success_of_a_call_from_before_does_not_close_it()
    {
        var late = new TaskCompletionSource<int>();
        var call = breaker.WithCircuitBreaker(() => late.Task);
        await OpenAsync();
        late.SetResult(1);
        Assert.Equal(1, await call);
        Assert.True(breaker.IsOpen);
    }

    private async Task OpenAsync()
    {
        await FailAsync();
        await FailAsync();
        Assert.True(breaker.IsOpen);
    }

    private Task FailAsync() => Assert.ThrowsAsync<InvalidOperationException>(() => breaker.WithCircuitBreaker(() => Task.FromException<int>(new InvalidOperationException())));

    private sealed class UnreachedException : Exception;
}
