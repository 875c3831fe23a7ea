using System.Text.Json;
using Rig.CameraNode.Commands;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Recordings;

namespace Rig.Tests.Storage;

public sealed class StorageCheckTests : IDisposable
{
    private readonly TakeBench bench = new();

    public void Dispose() => bench.Dispose();

    [Theory]
    [InlineData("Nested")]
    [InlineData("Flat")]
    public async Task A_folder_of_sealed_confirmed_and_deleted_takes_is_as_it_should_be(string layout)
    {
        bench.Storage.Layout = Enum.Parse<StorageLayout>(layout);
        await bench.WriteAsync();
        await bench.WriteAsync(TakeBench.Id(2));
        var catalogue = bench.Catalogue();
        Assert.Equal(3, catalogue.NextTake(TakeBench.Id().SessionId, TakeBench.Id().CameraId));
        bench.Confirm(TakeBench.Id(2));
        Assert.True(bench.Disk().DeleteConfirmed(catalogue.Find(TakeBench.Id(2))!));
        var (exit, report, _) = Check();
        Assert.Equal((0, true, 1, 1), (exit, report.GetProperty("ok").GetBoolean(), report.GetProperty("takes").GetInt32(), report.GetProperty("deleted_takes").GetInt32()));
    }

    [Fact]
    public async Task A_change_of_any_byte_of_a_video_is_found()
    {
        var video = (await bench.WriteAsync()).FilePath;
        var whole = await File.ReadAllBytesAsync(video);
        for (var at = 0; at < whole.Length; at += 997)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0x10;
            await File.WriteAllBytesAsync(video, changed);
            Assert.Contains(Assert.Single(StorageCheck.Run(bench.Storage).Findings).Code, new[] { CheckCodes.TailTorn, CheckCodes.VideoDiffers });
        }

        await File.WriteAllBytesAsync(video, whole);
        Assert.Empty(StorageCheck.Run(bench.Storage).Findings);
    }

    public static TheoryData<string, string> Damages() => new()
    {
        { CheckCodes.VideoDiffers, "--move-aside damaged" },
        { CheckCodes.ManifestUnreadable, "--move-aside damaged" },
        { CheckCodes.ManifestDiffers, "--move-aside damaged" },
        { CheckCodes.IndexDiffers, "--move-aside indexes" },
        { CheckCodes.ReceiptDiffers, "--move-aside receipts" },
        { CheckCodes.Orphan, "--move-aside orphans" },
        { CheckCodes.LeftOver, "--repair-tails" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Each_damage_is_named_left_alone_without_its_option_and_moved_aside_with_it(string code, string remedy)
    {
        await bench.WriteAsync();
        var paths = bench.Paths();
        switch (code)
        {
            case CheckCodes.VideoDiffers: await File.AppendAllTextAsync(paths.Video, "x"); break;
            case CheckCodes.ManifestUnreadable: await File.WriteAllTextAsync(paths.Manifest, "{"); break;
            case CheckCodes.ManifestDiffers: File.Copy(paths.Manifest, bench.Paths(TakeBench.Id(2)).Manifest); break;
            case CheckCodes.IndexDiffers: await File.WriteAllBytesAsync(paths.Index, (await File.ReadAllBytesAsync(paths.Index))[..^40]); break;
            case CheckCodes.ReceiptDiffers: await File.WriteAllTextAsync(paths.Receipt, """{"recording_id":"x","sha256":"y","receipt":"","confirmed_at":"2026-11-21T12:00:00Z"}"""); break;
            case CheckCodes.Orphan: await File.WriteAllTextAsync(Path.Combine(bench.Storage.RecordingsPath, "holiday.mp4"), "z"); break;
            case CheckCodes.LeftOver: await File.WriteAllTextAsync(paths.Open, "{}"); break;
        }

        var before = Contents();
        var (exit, report, _) = Check();
        var finding = Assert.Single(report.GetProperty("findings").EnumerateArray());
        Assert.Equal((1, code, remedy), (exit, finding.GetProperty("code").GetString(), finding.GetProperty("remedy").GetString()));
        Assert.Equal(before, Contents());

        var other = remedy == "--move-aside orphans" ? "receipts" : "orphans";
        Assert.Equal(1, Check(aside: [other]).Exit);
        Assert.Equal(before, Contents());

        var (repairedExit, repaired, _) = remedy == CheckRemedies.RepairTails ? Check(tails: true) : Check(aside: [remedy.Split(' ')[1]]);
        Assert.Equal(0, repairedExit);
        Assert.NotEmpty(repaired.GetProperty("repaired").EnumerateArray());
        if (code != CheckCodes.LeftOver)
        {
            Assert.Equal(before, Contents());
        }
    }

    [Fact]
    public async Task An_unsealed_take_is_sealed_on_demand_and_its_torn_tail_is_kept()
    {
        var sealedTake = await bench.WriteAsync();
        var paths = bench.Paths();
        var whole = await File.ReadAllBytesAsync(paths.Video);
        File.Delete(paths.Manifest);
        await File.WriteAllBytesAsync(paths.Open, TakeBench.Describe(TakeBench.Id(), sealedTake.Manifest.Timing.StartTime).ToUtf8Json());
        await File.WriteAllBytesAsync(paths.Video, [.. whole, 1, 2, 3]);
        var (exit, report, _) = Check();
        Assert.Equal((1, CheckCodes.Unsealed), (exit, Assert.Single(report.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString()));

        Assert.Equal(0, Check(tails: true).Exit);
        Assert.Equal(whole, await File.ReadAllBytesAsync(paths.Video));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(LostAndFound.In(bench.Storage), Path.GetFileName(paths.Video) + ".tail")));
        Assert.Equal(sealedTake.Manifest.Checksum.Value, Assert.Single(bench.Catalogue().List()).Sha256);
    }

    [Fact]
    public async Task A_video_that_is_gone_without_a_receipt_cannot_be_put_right()
    {
        await bench.WriteAsync();
        File.Delete(bench.Paths().Video);
        File.Delete(bench.Paths().Index);
        var (exit, report, _) = Check(tails: true, aside: [.. CheckRemedies.Kinds]);
        Assert.Equal((1, CheckCodes.VideoMissing), (exit, Assert.Single(report.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Nothing_is_repaired_under_a_running_node_and_its_take_is_no_finding()
    {
        var writer = bench.Open();
        writer.Enqueue(SampleVideo.Frames()[0], "test");
        using (StorageLock.TryTake(bench.Storage))
        {
            var (exit, report, _) = Check();
            Assert.Equal((0, 1), (exit, report.GetProperty("running_takes").GetInt32()));
            var (refused, _, why) = Check(tails: true);
            Assert.Equal(2, refused);
            Assert.Contains("Stop it before", why, StringComparison.Ordinal);
        }

        writer.Finish(TakeEndReason.Stopped);
        await writer.Ended.WaitAsync(TakeBench.Timeout);
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_checked()
    {
        var (exit, _, why) = Check();
        Assert.Equal(2, exit);
        Assert.Contains("Is the disk plugged in?", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_json_a_person_reads_what_is_wrong_and_what_to_type()
    {
        await bench.WriteAsync();
        await File.AppendAllTextAsync(bench.Paths().Video, "x");
        using var output = new StringWriter();
        Assert.Equal(1, CheckCommand.Run(bench.Storage, new CheckCommand.Wanted(), output, TextWriter.Null));
        Assert.Contains("[video_differs] (rig-node check --move-aside damaged)", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("1 findings." + Environment.NewLine, output.ToString(), StringComparison.Ordinal);
    }

    private (int Exit, JsonElement Report, string Errors) Check(bool tails = false, string[]? aside = null)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = CheckCommand.Run(bench.Storage, new CheckCommand.Wanted(Json: true, RepairTails: tails, Aside: aside), output, errors);
        return (exit, output.ToString() is { Length: > 0 } text ? JsonDocument.Parse(text).RootElement.Clone() : default, errors.ToString());
    }

    /// <summary>Every file's bytes, wherever it lies.</summary>
    private List<string> Contents() => [.. new[] { bench.Storage.RecordingsPath, bench.Storage.ManifestsPath }
        .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        .Where(path => Path.GetFileName(path) != StorageLock.FileName)
        .Select(path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))))
        .Order(StringComparer.Ordinal)];
}
