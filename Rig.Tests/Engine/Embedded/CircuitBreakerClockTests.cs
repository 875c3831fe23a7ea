using Rig.Tests.Support;

namespace Rig.Tests.Engine.Embedded;

/// <summary>The breaker reads its system's clock, where Akka.NET's reads the wall's.</summary>
public class CircuitBreakerClockTests() : PatientTestKit("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    [Fact]
    public async Task The_time_that_remains_is_that_of_the_systems_clock()
    {
        var breaker = CircuitBreaker.Create(Sys.Scheduler, 1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<InvalidDataException>(() => breaker.WithCircuitBreaker(() => Task.FromException<int>(new InvalidDataException())));
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(4));
        var refused = await Assert.ThrowsAsync<OpenCircuitException>(() => breaker.WithCircuitBreaker(() => Task.FromResult(1)));
        Assert.Equal(TimeSpan.FromSeconds(6), refused.RemainingDuration);
    }
}
