using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Staging;
using Rig.CameraNode.Dashcam.Upload;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>Uploads to a host that is a folder; over SSH in <see cref="DashcamWorldTests"/>.</summary>
public sealed class UploadJobTests : IDisposable
{
    private readonly TempFolder folder = new("dashcam-upload");
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly DashcamConfig config = new();
    private StagingFolder staging;
    private string host;

    public UploadJobTests()
    {
        config.Upload.RetryDelaySeconds = 0.01;
        (staging, host) = Fresh("first");
    }

    public static TheoryData<bool> Ways => [true, false];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_the_host_holds_is_deleted_here(bool remoteHash)
    {
        config.Upload.RemoteHash = remoteHash;
        var films = Stage(3);
        var report = await UploadAsync();
        Assert.Equal((3, 0, null), (report.Verified, report.Pending, report.Failure));
        Assert.Equal(films.Order(), AtHost().Order());
        Assert.Empty(staging.Files());
        Assert.False(Directory.Exists(staging.Full("Normal")));
    }

    [Theory]
    [InlineData(true, ScriptedHost.HostFault.HarmsBytes)]
    [InlineData(true, ScriptedHost.HostFault.Lies)]
    [InlineData(true, ScriptedHost.HostFault.StopsHalfWay)]
    [InlineData(true, ScriptedHost.HostFault.Fails)]
    [InlineData(false, ScriptedHost.HostFault.HarmsBytes)]
    [InlineData(false, ScriptedHost.HostFault.Lies)]
    [InlineData(false, ScriptedHost.HostFault.Fails)]
    internal async Task Nothing_is_deleted_while_the_host_does_not_hold_it(bool remoteHash, ScriptedHost.HostFault fault)
    {
        config.Upload.RemoteHash = remoteHash;
        config.Poll.UploadRetries = 1;
        var films = Stage(2);
        var report = await UploadAsync(program => program == "rsync" ? fault : ScriptedHost.HostFault.None);
        Assert.NotNull(report.Failure);
        Assert.Equal(films.Order(), staging.Files().Select(name => Hash(staging.Full(name))).Order());

        Assert.Null((await UploadAsync()).Failure);
        Assert.Subset(AtHost().ToHashSet(), films.ToHashSet());
        Assert.Empty(staging.Files());
    }

    [Fact]
    public async Task It_tries_as_often_as_configured_and_waits_twice_as_long_each_time()
    {
        Stage(1);
        config.Upload.RetryDelaySeconds = 2;
        var ssh = 0;
        var upload = UploadAsync(_ =>
        {
            ssh++;
            return ScriptedHost.HostFault.Fails;
        });
        foreach (var (seconds, calls) in new[] { (2, 1), (4, 2), (8, 3) })
        {
            await Eventually.HoldsAsync(() => ssh == calls);
            time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.Equal(calls, ssh);
            await Eventually.HoldsAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(0.1));
                return ssh > calls;
            });
        }

        Assert.NotNull((await upload).Failure);
        Assert.Equal(4, ssh);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_lies_there_under_the_name_with_other_bytes_is_never_written_over(bool remoteHash)
    {
        config.Upload.RemoteHash = remoteHash;
        var films = Stage(1);
        var name = staging.Files().Single();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(host, name))!);
        File.WriteAllText(Path.Combine(host, name), "somebody else's, and longer than nothing");
        Assert.Null((await UploadAsync()).Failure);
        Assert.Equal("somebody else's, and longer than nothing", File.ReadAllText(Path.Combine(host, name)));
        Assert.Contains(films[0], AtHost());
    }

    [Fact]
    public async Task What_a_cut_upload_left_at_the_host_is_gone_on_with_under_its_name()
    {
        var films = Stage(1);
        config.Poll.UploadRetries = 0;
        Assert.NotNull((await UploadAsync(program => program == "rsync" ? ScriptedHost.HostFault.StopsHalfWay : ScriptedHost.HostFault.None)).Failure);
        var name = staging.Files().Single();
        Assert.Null((await UploadAsync()).Failure);
        Assert.Equal(films[0], Hash(Path.Combine(host, name)));
        Assert.Single(AtHost());
    }

    [Fact]
    public async Task Verified_files_stay_for_the_configured_days()
    {
        config.Cleanup.BackupDays = 2;
        Stage(1);
        Assert.Null((await UploadAsync()).Failure);
        Assert.Single(staging.Files());
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, (await UploadAsync()).Verified);
        Assert.Empty(staging.Files());
    }

    [Fact]
    public async Task A_host_that_shows_another_key_is_not_tried_again()
    {
        Stage(1);
        var programs = new ScriptedPrograms(_ => new(255, default, "Host key verification failed.", "ssh ended with 255: Host key verification failed."));
        using var ledger = Ledger.Open(staging.LedgerPath);
        var report = await Job(programs, ledger).RunAsync(_ => { }, default);
        Assert.Contains("ssh-keyscan", report.Failure);
        Assert.Single(programs.Calls);
        Assert.Single(staging.Files());
    }

    [Fact]
    public async Task Rsync_gets_the_seeds_flags_the_key_and_the_known_hosts_and_never_deletes()
    {
        Stage(1);
        var programs = new ScriptedHost(staging.Root, host);
        using var ledger = Ledger.Open(staging.LedgerPath);
        _ = await Job(programs, ledger).RunAsync(_ => { }, default);
        var rsync = programs.Calls.Single(call => call.StartsWith("rsync ", StringComparison.Ordinal));
        Assert.StartsWith("rsync -avz --partial --inplace ", rsync);
        Assert.Contains("-i /etc/camera_service/id_rsa -p 22", rsync);
        Assert.Contains("UserKnownHostsFile=/etc/camera_service/known_hosts", rsync);
        Assert.Contains("StrictHostKeyChecking=yes", rsync);
        Assert.DoesNotContain("remove-source", rsync);
    }

    [Fact]
    public async Task In_no_history_is_a_film_deleted_that_is_not_held_elsewhere()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            config.Upload.RemoteHash = seed % 2 == 0;
            config.Cleanup.BackupDays = seed % 3;
            config.Poll.UploadRetries = random.Next(3);
            (staging, host) = Fresh($"seed{seed}");
            var card = folder.File($"card{seed}");
            Directory.CreateDirectory(card);
            var films = new HashSet<string>();
            for (var turn = 0; turn < 12; turn++)
            {
                // Few names, so that they come again with other bytes.
                var path = Path.Combine(card, $"MOVI{random.Next(3)}.AVI");
                var bytes = new byte[random.Next(1, 5000)];
                random.NextBytes(bytes);
                File.WriteAllBytes(path, bytes);
                await TurnAsync(random, card);
                foreach (var film in Directory.EnumerateFiles(card).Select(Hash))
                {
                    films.Add(film);
                }

                Copy(card, null);
                var held = AtHost().Concat(staging.Files().Select(name => Hash(staging.Full(name)))).ToHashSet();
                Assert.True(films.IsSubsetOf(held), $"Seed {seed}, turn {turn}: a film is neither staged nor at the host.");
            }

            Assert.Null((await UploadAsync()).Failure);
            Assert.True(films.IsSubsetOf(AtHost().ToHashSet()), $"Seed {seed}: not all came home.");
        }
    }

    /// <summary>A copy that may be killed, and an upload at which anything may happen.</summary>
    private async Task TurnAsync(Random random, string card)
    {
        var step = random.Next(3) == 0 ? (CopyStep?)random.Next(7) : null;
        try
        {
            Copy(card, step);
        }
        catch (InvalidOperationException)
        {
            // Killed.
        }

        try
        {
            _ = await UploadAsync(program => random.Next(3) == 0 && (program == "rsync" || random.Next(2) == 0) ? (ScriptedHost.HostFault)random.Next(6) : ScriptedHost.HostFault.None);
        }
        catch (InvalidOperationException)
        {
            // Killed.
        }
    }

    private (StagingFolder Staging, string Host) Fresh(string name)
    {
        var made = new StagingFolder(folder.File(name, "staging"));
        made.Create();
        Directory.CreateDirectory(folder.File(name, "host"));
        return (made, folder.File(name, "host"));
    }

    private void Copy(string card, CopyStep? killAt)
    {
        using var ledger = Open();
        var ports = new CopyPorts(staging, ledger, new StagingSpace(() => (1L << 40, 1L << 39), 0, 100), time, step => _ = step == killAt ? throw new InvalidOperationException() : 0);
        _ = new CopyJob(ports, new CopySelection([], "oldest", 0, 0), false, _ => { }).Run(card, default);
    }

    private List<string> Stage(int films)
    {
        var card = folder.File("card");
        Directory.CreateDirectory(Path.Combine(card, "Normal"));
        for (var i = 0; i < films; i++)
        {
            File.WriteAllBytes(Path.Combine(card, "Normal", $"{i}.MP4"), RandomNumberGenerator.GetBytes(10_000));
        }

        Copy(card, null);
        return [.. staging.Files().Select(name => Hash(staging.Full(name)))];
    }

    private async Task<UploadReport> UploadAsync(Func<string, ScriptedHost.HostFault>? next = null)
    {
        using var ledger = Open();
        return await Job(new ScriptedHost(staging.Root, host, next), ledger).RunAsync(_ => { }, default);
    }

    private Ledger Open()
    {
        var ledger = Ledger.Open(staging.LedgerPath);
        _ = Reconciliation.Run(staging, ledger, time);
        return ledger;
    }

    private UploadJob Job(Rig.CameraNode.Dashcam.Processes.IProcesses processes, Ledger ledger) => new(
        config.Upload, config.Poll, config.Cleanup, staging, ledger, new Rsync(config.Upload, staging.Root, processes), new RemoteFiles(config.Upload, processes),
        config.Upload.RetryDelaySeconds < 1 ? new QuickClock(time) : time);

    /// <summary>The test's clock, whose pauses are over at once.</summary>
    private sealed class QuickClock(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    private IReadOnlyList<string> AtHost() => [.. Directory.EnumerateFiles(host, "*", SearchOption.AllDirectories).Select(Hash)];

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
