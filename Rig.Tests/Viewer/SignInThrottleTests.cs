using System.Net;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Accounts;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>Wrong tries keep out whoever makes them, and nobody else.</summary>
[Collection(PostgresTests.Name)]
public sealed class SignInThrottleTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    private const string Wrong = "wrong password!";
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task After_five_wrong_passwords_the_right_one_is_refused_too()
    {
        using var person = From("198.51.100.1");
        await FailAsync(person, ViewerServer.Newcomer, SignInThrottle.FreeTries);
        using var right = await ViewerServer.PostLoginAsync(person, ViewerServer.Newcomer, ViewerServer.Password);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Contains("Wait a minute", await right.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_elsewhere_does_not_lock_a_parent_out()
    {
        using var stranger = From("198.51.100.2");
        await FailAsync(stranger, ViewerServer.Follower, SignInThrottle.FreeTries + 5);
        using var parent = From("198.51.100.3");
        await ViewerServer.SignInAsync(parent, ViewerServer.Follower);
    }

    [Fact]
    public async Task A_stranger_in_the_same_network_does_not_lock_out_a_device_that_signed_in_before()
    {
        using var parent = From("198.51.100.4");
        await ViewerServer.SignInAsync(parent, ViewerServer.ChildsParent);
        using var stranger = From("198.51.100.4");
        await FailAsync(stranger, ViewerServer.ChildsParent, SignInThrottle.FreeTries + 5);
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(parent, "/"))]);
        using var answer = await parent.PostAsync("/logout", form);
        await ViewerServer.SignInAsync(parent, ViewerServer.ChildsParent);
    }

    [Fact]
    public async Task An_address_without_an_account_waits_alike()
    {
        using var person = From("198.51.100.5");
        await FailAsync(person, "nobody-at-all@example.org", SignInThrottle.FreeTries);
        using var next = await ViewerServer.PostLoginAsync(person, "nobody-at-all@example.org", Wrong);
        Assert.Contains("Wait a minute", await next.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:4::1", false)]
    public async Task The_network_of_an_ipv6_address_is_its_first_half(string first, string second, bool shared)
    {
        var email = shared ? "six@example.org" : "seven@example.org";
        using var one = From(first);
        await FailAsync(one, email, SignInThrottle.FreeTries);
        using var other = From(second);
        using var next = await ViewerServer.PostLoginAsync(other, email, Wrong);
        Assert.Equal(shared, (await next.Content.ReadAsStringAsync()).Contains("Wait a minute", StringComparison.Ordinal));
    }

    [Fact]
    public void The_delay_grows_and_a_right_password_ends_it()
    {
        var throttle = new SignInThrottle(clock);
        var source = new SignInSource("ANN", "network");
        List<TimeSpan> waits = [];
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
            var wait = throttle.Begin(source with { Place = "elsewhere" });
            throttle.Succeeded(source with { Place = "elsewhere" });
            Assert.Equal(TimeSpan.Zero, wait);
            waits.Add(SignInThrottle.DelayAfter(i + 1));
            clock.Advance(waits[^1]);
        }

        Assert.All(waits.Take(SignInThrottle.FreeTries - 1), wait => Assert.Equal(TimeSpan.Zero, wait));
        Assert.Equal([30, 60, 120, 240, 480, 900, 900, 900], waits.Skip(SignInThrottle.FreeTries - 1).Select(wait => wait.TotalSeconds));
        throttle.Succeeded(source);
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
    }

    [Fact]
    public void Tries_at_the_same_moment_do_not_all_pass_and_waiting_ones_do_not_lengthen_the_wait()
    {
        var throttle = new SignInThrottle(clock);
        var source = new SignInSource("ANN", "network");
        var passed = 0;
        Parallel.For(0, 100, _ => Interlocked.Add(ref passed, throttle.Begin(source) == TimeSpan.Zero ? 1 : 0));
        Assert.Equal(SignInThrottle.FreeTries, passed);
        Assert.Equal(SignInThrottle.FirstDelay, throttle.Begin(source));
        clock.Advance(SignInThrottle.FirstDelay);
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
    }

    [Fact]
    public void It_forgets_after_a_day_and_its_memory_is_bounded()
    {
        var throttle = new SignInThrottle(clock, maxSources: 100);
        var source = new SignInSource("ANN", "network");
        for (var i = 0; i < SignInThrottle.FreeTries; i++)
        {
            throttle.Begin(source);
        }

        for (var i = 0; i < 99; i++)
        {
            throttle.Begin(source with { Name = $"{i}" });
        }

        Assert.True(throttle.Begin(source) > TimeSpan.Zero);
        throttle.Begin(source with { Name = "one more" });
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));

        for (var i = 0; i < SignInThrottle.FreeTries; i++)
        {
            throttle.Begin(source);
        }

        clock.Advance(SignInThrottle.Memory + TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
        Assert.Equal(TimeSpan.Zero, throttle.Begin(source));
    }

    /// <summary>The viewer believes the proxy on its own machine who asks.</summary>
    private HttpClient From(string address)
    {
        var client = server.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    private static async Task FailAsync(HttpClient client, string email, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var answer = await ViewerServer.PostLoginAsync(client, email, Wrong);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
