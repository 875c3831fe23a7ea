using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Trust;
using Rig.Rehearsal.Demo;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Rig.Tests.Trust;

/// <summary>What keeps an enrolled machine enrolled: a round each minute, over real machine ports.</summary>
public sealed class TrustKeeperTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly ListLogger log = new();
    private int changes;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_authoritys_own_machine_renews_itself_in_time_and_makes_its_connections_again()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var rig = new TestTrust(folder, time);
        var trust = rig.Of("CAM_C");
        var first = trust.Current!.Machine;
        using var keeper = Keeper(trust, time);
        await keeper.LookAsync(CancellationToken.None);

        time.Advance(first.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(241));
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal((first.SerialNumber, 0), (trust.Current!.Machine.SerialNumber, changes));

        time.Advance(TimeSpan.FromDays(2));
        await keeper.LookAsync(CancellationToken.None);
        var second = trust.Current!.Machine;
        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.True(second.NotAfter > first.NotAfter);
        Assert.Equal(1, changes);

        // The old one counts until its end: others may not have met this machine since.
        Assert.Equal("CAM_C", rig.Of("CAM_L").Identify(first, out _)?.Name);
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal((second.SerialNumber, 1), (trust.Current!.Machine.SerialNumber, changes));
    }

    [Fact]
    public async Task Another_machine_is_renewed_by_the_authoritys_while_its_old_certificate_still_counts()
    {
        // Enrolled 600 days ago, as all of this rig's machines.
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-600));
        var rig = new TestTrust(folder, then);
        var port = FreePort.Next();
        await using var authority = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_C", "--Rig:Trust:Directory=" + rig.Authority.Path, "--Rig:Trust:AllowPlainMachines=false", "--Rig:Trust:MachinePort=" + port);
        then.SetUtcNow(TimeProvider.System.GetUtcNow());
        rig.Of("CAM_R").Folder.AuthorityUrl = new Uri($"https://127.0.0.1:{port}");
        var trust = TestTrust.Read(rig.FolderOf("CAM_R").Path, TimeProvider.System);
        var old = trust.Current!.Machine;
        using var keeper = Keeper(trust, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(500)));
        await keeper.LookAsync(CancellationToken.None);
        Assert.NotEqual(old.SerialNumber, trust.Current!.Machine.SerialNumber);
        Assert.Equal("CAM_R", trust.Current.Self.Name);
        Assert.True(trust.Current.Machine.HasPrivateKey);
        Assert.Empty(log.Warnings("was not renewed"));
    }

    [Fact]
    public async Task A_renewal_that_fails_is_said_leaves_the_old_certificate_and_is_tried_again_after_an_hour()
    {
        var rig = new TestTrust(folder);
        var trust = rig.Of("CAM_R");
        var old = trust.Current!.Machine.SerialNumber;
        trust.Folder.AuthorityUrl = new Uri($"https://127.0.0.1:{FreePort.Next()}");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(500));
        using var keeper = Keeper(trust, time);
        for (var minute = 0; minute < 60; minute++)
        {
            await keeper.LookAsync(CancellationToken.None);
            time.Advance(TrustKeeper.Interval);
        }

        Assert.Contains("gave no certificate", Assert.Single(log.Warnings("was not renewed")), StringComparison.Ordinal);
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal(2, log.Warnings("was not renewed").Count);
        Assert.Equal((old, 0), (trust.Current!.Machine.SerialNumber, changes));
    }

    [Fact]
    public async Task A_revocation_is_learned_from_whoever_knows_whatever_the_others_answer()
    {
        var rig = new TestTrust(folder);
        rig.Of("CAM_R");
        var trust = rig.Of("CAM_L");
        var (fresh, stale) = (FreePort.Next(), FreePort.Next());
        rig.Tell(rig.Of("home"));
        await using var knowing = await NodeAsync(rig, "CAM_C", fresh);
        await using var ignorant = await NodeAsync(rig, "CAM_X", stale);
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        using var keeper = Keeper(
            trust, TimeProvider.System,
            // Switched off, no address at all, no TLS, of a list that is none of it, an older list; then the one that knows.
            $"https://127.0.0.1:{FreePort.Next()}", "nonsense", "", "https://", "ftp://127.0.0.1", "https://127.0.0.1:99999", "http://127.0.0.1:1", $"https://127.0.0.1:{stale}", $"https://127.0.0.1:{fresh}");
        await keeper.LookAsync(CancellationToken.None);
        Assert.NotNull(trust.Identify(rig.Of("CAM_R").Current!.Machine, out _));

        rig.Issuing.Revoke("CAM_R");
        await keeper.LookAsync(CancellationToken.None);
        Assert.Null(trust.Identify(rig.Of("CAM_R").Current!.Machine, out _));
        Assert.Equal(1, changes);
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal(1, changes);
    }

    [Fact]
    public async Task A_round_that_fails_in_whatever_way_is_followed_by_the_next()
    {
        var rig = new TestTrust(folder);
        var time = new FakeTimeProvider();
        var rounds = 0;
        Exception[] failures = [new IOException("The disk is gone."), new InvalidOperationException("Nobody thought of that."), new UriFormatException("No address.")];
        using var keeper = new TrustKeeper(
            rig.Of("CAM_L"), time, [() => Interlocked.Increment(ref rounds) <= failures.Length ? throw failures[rounds - 1] : []], [], log);
        await keeper.StartAsync(CancellationToken.None);
        for (var round = 1; round <= failures.Length + 1; round++)
        {
            await Eventually.HoldsAsync(() => Volatile.Read(ref rounds) == round);
            await Eventually.HoldsAsync(() => log.Warnings("could not be kept up").Count == Math.Min(round, failures.Length));
            time.Advance(TrustKeeper.Interval);
        }

        Assert.False(keeper.ExecuteTask!.IsFaulted);
        await keeper.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_listener_that_fails_keeps_neither_the_others_nor_the_next_round_from_hearing()
    {
        var rig = new TestTrust(folder);
        rig.Of("CAM_R");
        var trust = rig.Of("CAM_C");
        using var keeper = new TrustKeeper(trust, TimeProvider.System, [], [() => throw new InvalidOperationException("Broken."), () => changes++], log);
        await keeper.LookAsync(CancellationToken.None);
        rig.Issuing.Revoke("CAM_R");
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal(1, changes);
        await keeper.LookAsync(CancellationToken.None);
        Assert.Equal(1, changes);
    }

    private TrustKeeper Keeper(RigTrust trust, TimeProvider time, params string[] neighbours) => new(trust, time, [() => neighbours], [() => changes++], log);

    private static Task<NodeUnderTest> NodeAsync(TestTrust rig, string camera, int port) => NodeUnderTest.StartAsync(
        "--Rig:Node:CameraId=" + camera, "--Rig:Trust:Directory=" + rig.Of(camera).Folder.Path, "--Rig:Trust:AllowPlainMachines=false", "--Rig:Trust:MachinePort=" + port);

    private sealed class ListLogger : ILogger<TrustKeeper>
    {
        private readonly List<string> warnings = [];

        public IReadOnlyList<string> Warnings(string about)
        {
            lock (warnings)
            {
                return [.. warnings.Where(line => line.Contains(about, StringComparison.Ordinal))];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                lock (warnings)
                {
                    warnings.Add(formatter(state, exception));
                }
            }
        }
    }
}
