extern alias node;
using System.Formats.Tar;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using node::Rig.CameraNode.Installation;
using node::Rig.CameraNode.Updates;
using Rig.Tests.Support;

namespace Rig.Tests.Updates;

/// <summary>The helper that runs as root believes the node nothing: whatever it is told, a whole version that was signed is what runs.</summary>
public sealed class UpdateHelperTests
{
    [Fact]
    public async Task A_signed_release_is_put_in_place_and_the_one_before_is_kept()
    {
        using var box = BoxUnderTest.Running();
        var answers = await box.InstallAsync();
        Assert.Equal([HelperWire.Send, HelperWire.Ready, HelperWire.Switched], answers.Select(answer => answer.Step));
        Assert.Equal((BoxUnderTest.New, BoxUnderTest.New), (box.Runs, box.Good));
        Assert.Equal("releases/" + BoxUnderTest.Old, box.Disk.LinkTarget("previous"));
        Assert.Equal(1, box.Node.Restarts);
        box.AssertTidy();
    }

    [Fact]
    public async Task A_caller_who_hangs_up_before_the_switch_has_changed_nothing_that_runs()
    {
        using var box = BoxUnderTest.Running();
        var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
        await box.ConverseAsync(await ScriptedCaller.InstallAsync(box.Signer.Sign(box.Signer.Describe(BoxUnderTest.New, archive, 10_000)), archive, then: null));
        Assert.Equal((BoxUnderTest.Old, BoxUnderTest.Old, 0), (box.Runs, box.Good, box.Node.Restarts));
        await box.ResumeAsync();
        box.AssertTidy();
    }

    [Fact]
    public async Task A_release_of_another_key_is_refused()
    {
        using var box = BoxUnderTest.Running();
        using var stranger = new ReleaseSigner();
        await RefusedAsync(box, box.InstallAsync(TarGz.OfFiles(BoxUnderTest.NewFiles), by: stranger), "does not know the key");
        await RefusedAsync(box, box.InstallAsync(TarGz.OfFiles(BoxUnderTest.NewFiles), manifest => manifest with { Key = box.Signer.Id }, stranger), "not that of its key");
    }

    [Fact]
    public async Task A_changed_description_is_refused()
    {
        using var box = BoxUnderTest.Running();
        var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
        var release = box.Signer.Sign(box.Signer.Describe(BoxUnderTest.New, archive, 10_000));
        for (var at = 0; at < release.Manifest.Length; at++)
        {
            var changed = release.Manifest.ToArray();
            changed[at] ^= 1;
            Assert.Equal(HelperWire.Refused, (await box.InstallAsync(release with { Manifest = changed }, archive)).Single().Step);
        }

        Assert.Equal(BoxUnderTest.Old, box.Runs);
    }

    [Theory]
    [InlineData("1.0.0")]
    [InlineData("0.9.9")]
    [InlineData("1.0.0-rc.9")]
    [InlineData("../../etc")]
    [InlineData("")]
    public async Task A_version_that_does_not_rise_is_refused_however_well_signed(string version)
    {
        using var box = BoxUnderTest.Running();
        await RefusedAsync(box, box.InstallAsync(TarGz.OfFiles(BoxUnderTest.NewFiles), manifest => manifest with { Version = version }), "ersion");
    }

    [Fact]
    public async Task A_release_for_another_program_machine_or_start_is_refused()
    {
        using var box = BoxUnderTest.Running();
        var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
        await RefusedAsync(box, box.InstallAsync(archive, manifest => manifest with { Product = "rig-ingest" }), "for rig-ingest");
        await RefusedAsync(box, box.InstallAsync(archive, manifest => manifest with { Platform = "linux-arm64" }), "for linux-arm64");
        await RefusedAsync(box, box.InstallAsync(archive, manifest => manifest with { MinimumVersion = "1.5.0" }), "1.5.0 or newer");
        await RefusedAsync(box, box.InstallAsync(archive, manifest => manifest with { Size = long.MaxValue }), "sizes within bounds");
        await RefusedAsync(box, box.InstallAsync(archive, manifest => manifest with { Archive = "../x.deb" }), "known kind");
    }

    [Fact]
    public async Task A_tampered_archive_is_refused()
    {
        using var box = BoxUnderTest.Running();
        var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
        var release = box.Signer.Sign(box.Signer.Describe(BoxUnderTest.New, archive, 10_000));
        foreach (var at in new[] { 0, archive.Length / 2, archive.Length - 1 })
        {
            var tampered = archive.ToArray();
            tampered[at] ^= 1;
            await RefusedAsync(box, box.InstallAsync(release, tampered), "damaged");
        }

        await RefusedAsync(box, box.ConverseAsync(await ScriptedCaller.InstallAsync(release, archive[..^1], then: null)), "broke off");
    }

    [Theory]
    [InlineData("../evil", TarEntryType.RegularFile)]
    [InlineData("lib/../../evil", TarEntryType.RegularFile)]
    [InlineData("/etc/cron.d/evil", TarEntryType.RegularFile)]
    [InlineData("link", TarEntryType.SymbolicLink)]
    [InlineData("hard", TarEntryType.HardLink)]
    [InlineData("device", TarEntryType.CharacterDevice)]
    [InlineData("disk", TarEntryType.BlockDevice)]
    [InlineData("pipe", TarEntryType.Fifo)]
    [InlineData("RIG-node", TarEntryType.RegularFile)]
    [InlineData("rig-node", TarEntryType.RegularFile)]
    [InlineData("rig-node/below", TarEntryType.RegularFile)]
    [InlineData("a//b", TarEntryType.RegularFile)]
    [InlineData("a/./b", TarEntryType.RegularFile)]
    [InlineData("a\\b", TarEntryType.RegularFile)]
    [InlineData("..", TarEntryType.Directory)]
    public async Task An_archive_that_reaches_outside_or_holds_more_than_files_is_refused_however_well_signed(string name, TarEntryType type)
    {
        using var box = BoxUnderTest.Running();
        await RefusedAsync(box, box.InstallAsync(TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile), (name, "x", type))), "The update holds");
    }

    [Fact]
    public async Task An_archive_that_is_larger_unpacked_than_it_says_is_refused()
    {
        using var box = BoxUnderTest.Running();
        var bomb = TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile), ("zeros", new string('0', 5_000_000), TarEntryType.RegularFile));
        Assert.True(bomb.Length < 50_000);
        await RefusedAsync(box, box.InstallAsync(bomb), "unpacks to more");
        await RefusedAsync(box, box.InstallAsync(TarGz.Of([.. Enumerable.Range(0, 20_001).Select(n => ($"f{n}", "", TarEntryType.RegularFile))])), "more than 20000 files");
        await RefusedAsync(box, box.InstallAsync(TarGz.Of((string.Join('/', Enumerable.Repeat("d", 40)), "x", TarEntryType.RegularFile))), "a name that is none here");
    }

    [Fact]
    public async Task An_archive_without_the_program_is_refused()
    {
        using var box = BoxUnderTest.Running();
        await RefusedAsync(box, box.InstallAsync(TarGz.Of(("readme", "x", TarEntryType.RegularFile))), "no program");
    }

    [Fact]
    public async Task A_disk_without_room_takes_nothing_and_says_how_much_is_needed()
    {
        using var box = BoxUnderTest.Running();
        box.Disk.Capacity = 1_000_000;
        var before = box.Disk.Changes;
        await RefusedAsync(box, box.InstallAsync(), "needs 68 MB free");
        Assert.InRange(box.Disk.Changes, before, before + 10);
    }

    [Fact]
    public async Task A_disk_that_is_full_in_the_middle_leaves_the_old_version_and_no_parts_of_the_new()
    {
        for (var at = 0; ; at++)
        {
            using var box = BoxUnderTest.Running();
            await box.ResumeAsync();
            using var helper = box.Helper();
            var archive = TarGz.OfFiles(BoxUnderTest.NewFiles);
            var caller = await ScriptedCaller.InstallAsync(box.Signer.Sign(box.Signer.Describe(BoxUnderTest.New, archive, 10_000)), archive, new HelperOrder(HelperWire.Switch));
            (box.Disk.FailAt, box.Disk.Failure) = (box.Disk.Changes + at, () => new IOException("No space left on device"));
            await helper.ConverseAsync(caller, CancellationToken.None);
            if (box.Disk.Changes <= box.Disk.FailAt)
            {
                Assert.Equal(BoxUnderTest.New, box.Runs);
                return;
            }

            // Once the link has moved, the new version is the one to watch; what failed then is mended by the next start.
            var answers = await caller.AnswersAsync();
            var running = box.Runs;
            if (answers.All(answer => answer.Step != HelperWire.Switched))
            {
                Assert.Equal(BoxUnderTest.Old, running);
            }

            await box.ResumeAsync();
            await box.ResumeAsync();
            Assert.Equal(box.Runs, box.Good);
            box.AssertTidy();
        }
    }

    [Fact]
    public async Task A_version_that_is_not_well_is_taken_back_and_the_history_says_so()
    {
        using var box = BoxUnderTest.Running();
        box.Node.IsWell = () => box.Runs == BoxUnderTest.Old;
        Assert.Equal(HelperWire.Switched, (await box.InstallAsync())[^1].Step);
        Assert.Equal((BoxUnderTest.Old, BoxUnderTest.Old, 2), (box.Runs, box.Good, box.Node.Restarts));

        using var journal = box.Disk.OpenRead(ReturnJournal.FileName);
        var entry = JsonSerializer.Deserialize(journal, UpdateHistoryJson.Default.ListUpdateAttempt)!.Single();
        Assert.Equal((BoxUnderTest.Old, BoxUnderTest.New, UpdateKind.Return, true), (entry.Version, entry.PreviousVersion, entry.Kind, entry.Success));
        Assert.Contains("was given up", entry.Error!, StringComparison.Ordinal);

        await box.ResumeAsync();
        box.AssertTidy();
    }

    [Fact]
    public async Task Going_back_by_order_starts_the_version_before_and_leaves_nothing_further_to_go_back_to()
    {
        using var box = BoxUnderTest.Updated();
        Assert.Equal((HelperWire.Switched, BoxUnderTest.Old), ((await box.RollbackAsync())[^1].Step, box.Runs));
        Assert.Equal((BoxUnderTest.Old, 1), (box.Good, box.Node.Restarts));
        await RefusedAsync(box, box.RollbackAsync(), "no version to go back to");
        box.AssertTidy();
    }

    [Fact]
    public async Task Going_back_to_a_version_that_is_not_well_either_ends_where_it_began()
    {
        using var box = BoxUnderTest.Updated();
        box.Node.IsWell = () => box.Runs == BoxUnderTest.New;
        await box.RollbackAsync();
        Assert.Equal((BoxUnderTest.New, BoxUnderTest.New, 2), (box.Runs, box.Good, box.Node.Restarts));
    }

    [Fact]
    public async Task A_helper_that_died_between_switch_and_restart_restarts_the_node_before_it_judges()
    {
        using var box = BoxUnderTest.Updated();
        box.Disk.Lay("good", "-> releases/" + BoxUnderTest.Old);
        box.Node.RestartIsDue = true;
        await box.ResumeAsync();
        Assert.Equal((BoxUnderTest.New, BoxUnderTest.New, 1), (box.Runs, box.Good, box.Node.Restarts));
    }

    [Fact]
    public async Task After_a_switch_the_next_order_is_the_next_helpers()
    {
        using var box = BoxUnderTest.Updated();
        using var helper = box.Helper();
        await helper.ConverseAsync(await ScriptedCaller.RollbackAsync(new HelperOrder(HelperWire.Switch)), CancellationToken.None);
        Assert.True(helper.Finished.IsCancellationRequested);
        var late = await ScriptedCaller.RollbackAsync(new HelperOrder(HelperWire.Switch));
        await helper.ConverseAsync(late, CancellationToken.None);
        Assert.Equal(HelperWire.Refused, (await late.AnswersAsync()).Single().Step);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0, 2 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 1 })]
    [InlineData(new byte[] { 127, 255, 255, 255, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 4, 110, 117, 108, 108 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 123, 125 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 91, 93 })]
    public async Task What_is_no_order_changes_nothing(byte[] said)
    {
        using var box = BoxUnderTest.Running();
        await box.ConverseAsync(ScriptedCaller.Saying(said));
        Assert.Equal((BoxUnderTest.Old, 0), (box.Runs, box.Node.Restarts));
    }

    [Fact]
    public async Task A_version_counts_as_well_only_after_a_while_without_a_break()
    {
        var time = new FakeTimeProvider();
        var node = new ScriptedNode { IsWell = () => time.GetUtcNow().Second % 7 != 0 };
        var times = new TrialTimes(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        Assert.NotNull(await WatchAsync(node, times, time));
        node.IsWell = () => true;
        var began = time.GetUtcNow();
        Assert.Null(await WatchAsync(node, times, time));
        Assert.Equal(20, (time.GetUtcNow() - began).TotalSeconds);
    }

    private static async Task<string?> WatchAsync(ScriptedNode node, TrialTimes times, FakeTimeProvider time)
    {
        var watch = Trial.WatchAsync(node, times, time, CancellationToken.None);
        await Eventually.HoldsAsync(() =>
        {
            if (!watch.IsCompleted)
            {
                time.Advance(times.Interval);
            }

            return watch.IsCompleted;
        });
        return await watch;
    }

    private static async Task RefusedAsync(BoxUnderTest box, Task<IReadOnlyList<HelperAnswer>> conversation, string because)
    {
        var (before, restarts) = (box.Runs, box.Node.Restarts);
        var last = (await conversation)[^1];
        Assert.Equal(HelperWire.Refused, last.Step);
        Assert.Contains(because, last.Error!, StringComparison.Ordinal);
        Assert.Equal((before, before, restarts), (box.Runs, box.Good, box.Node.Restarts));
        box.AssertTidy();
    }
}
