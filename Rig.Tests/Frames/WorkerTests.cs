using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Frames;
using Rig.Ingest.Frames;
using Rig.Rehearsal.Shelf;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>From pictures to events on a real server and database: queue, worker, pictures of events, clean-up.</summary>
[Collection(PostgresTests.Name)]
public sealed class WorkerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int Seed = 11;
    private const double Fps = 2;

    private static readonly ShelfScript Taking = ShelfScript.Demo(Seed, firstSec: 5, lengthSec: 20);

    private readonly TempFolder folder = new("rig-frames");
    private string database = "";

    public async Task InitializeAsync() => database = await postgres.NewDatabaseAsync();

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_hand_that_takes_something_is_an_interaction_and_a_changed_stock_with_linked_pictures()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Workers=2");
        await SettleAsync(frames, Taking.Regions);
        await SendAsync(frames, Taking);
        await AnalysedAsync(frames);
        var events = (JsonArray)(await frames.Server.GetAsync("/api/v1/admin/events?limit=50")).Body["events"]!;
        Assert.Equal(["interaction_detected", "stock_changed"], events.Select(one => (string)one!["event_type"]!).Order(StringComparer.Ordinal));
        foreach (var one in events)
        {
            Assert.Equal(["pre", "during", "post", "thumb"], one!["images"]!.AsArray().Select(role => (string)role!));
            Assert.NotNull(one["ended_at"]);
            foreach (var role in one["images"]!.AsArray())
            {
                using var picture = await frames.Server.Http.GetAsync($"/api/v1/admin/events/{one["event_id"]}/images/{role}");
                Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
                Assert.True(JpegHeader.TryRead(await picture.Content.ReadAsByteArrayAsync(), out _, out _));
            }

            var details = (await frames.Server.GetAsync($"/api/v1/admin/events/{one["event_id"]}")).Body["details"]!;
            Assert.NotEmpty(details["decision_trace"]!.AsArray());
            Assert.NotEmpty(details["scores"]!.AsArray());
        }

        Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status <> 'done'"));
        Assert.True(await frames.CountAsync("SELECT burst_id FROM frames.devices") > 0);
    }

    [Fact]
    public async Task Regions_and_thresholds_change_what_is_found()
    {
        // Where nothing happens, and with a threshold that nothing reaches.
        await using (var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Workers=2"))
        {
            await SettleAsync(frames, new RegionSet(new Region(0, 0, 0.1, 0.1), new Region(0, 0, 0.1, 0.1), []));
            await SendAsync(frames, Taking);
            await AnalysedAsync(frames);
            Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.events"));

            await SettleAsync(frames, Taking.Regions, ("interaction_threshold", 1), ("inventory_change_threshold", 1));
            await SendAsync(frames, Taking, firstSeq: 1000);
            await AnalysedAsync(frames);
            Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.events"));
        }
    }

    [Fact]
    public async Task Censored_pictures_hold_nothing_of_what_is_outside_the_inventory()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Workers=1");
        Assert.Equal(200, (await frames.Server.PostJsonAsync($"/api/v1/admin/devices/{FrameServer.DeviceName}/config", new { blur_outside_inventory_roi = true, interaction_end_timeout_s = 2 })).Status);
        await SettleAsync(frames, Taking.Regions);
        await SendAsync(frames, Taking);
        await AnalysedAsync(frames);
        var pre = frames.Files().First(file => file.StartsWith("events/", StringComparison.Ordinal) && file.EndsWith("pre.jpg", StringComparison.Ordinal));
        var kept = LuminanceGrid.Decode(await File.ReadAllBytesAsync(Path.Combine(frames.FramesPath, pre)), 640);
        var edge = Detail(kept);
        var first = frames.Files().First(file => file.StartsWith("staging/", StringComparison.Ordinal));
        var open = Detail(LuminanceGrid.Decode(await File.ReadAllBytesAsync(Path.Combine(frames.FramesPath, first)), 640));
        Assert.True(edge < open / 2, $"{edge} of {open} is left of the wall's paper");
    }

    [Fact]
    public async Task A_worker_that_dies_with_a_picture_loses_it_to_another_after_its_lease()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Lease=00:00:01");
        var (queue, analysis) = (frames.Server.Services.GetRequiredService<JobQueue>(), frames.Server.Services.GetRequiredService<FrameAnalysis>());
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(0))).Status);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(1))).Status);
        var device = DeviceId.Parse(FrameServer.DeviceName);
        var dead = await queue.ClaimAsync(device, CancellationToken.None);
        Assert.Equal(0, dead!.Seq);

        // The second picture waits for the first, which its worker will never end.
        Assert.Null(await queue.ClaimAsync(device, CancellationToken.None));
        await Eventually.HoldsAsync(() => analysis.AnalyseNextAsync(device, CancellationToken.None));
        await queue.FailAsync(dead, "too late", CancellationToken.None);
        await Eventually.HoldsAsync(async () => !await analysis.AnalyseNextAsync(device, CancellationToken.None));
        Assert.Equal(2, await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status = 'done'"));
        Assert.Equal(2, await frames.CountAsync("SELECT attempts FROM frames.jobs WHERE device_seq = 0"));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_analysed_is_given_up_and_may_be_queued_again()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:MaxAttempts=2", "--Rig:Frames:RetryDelay=00:00:00");
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(0))).Status);
        await frames.ExecuteAsync("UPDATE frames.captures SET storage_uri = 'staging/nowhere.jpg'");
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(1))).Status);
        var analysis = frames.Server.Services.GetRequiredService<FrameAnalysis>();
        while (await analysis.AnalyseNextAsync(DeviceId.Parse(FrameServer.DeviceName), CancellationToken.None))
        {
        }

        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status = 'dead' AND device_seq = 0 AND attempts = 2"));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status = 'done' AND device_seq = 1"));
        var job = (await frames.Server.GetAsync("/api/v1/admin/jobs/dead")).Body["jobs"]!.AsArray().Single()!;
        Assert.Equal("The picture's file is gone.", (string)job["error"]!);
        Assert.Equal(200, (await frames.Server.PostJsonAsync($"/api/v1/admin/jobs/{job["job_id"]}/requeue", new { })).Status);
        Assert.Equal(404, (await frames.Server.PostJsonAsync("/api/v1/admin/jobs/999999/requeue", new { })).Status);
    }

    [Fact]
    public async Task Pictures_that_come_in_any_order_and_twice_are_each_there_once_and_analysed_in_order()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Workers=2", "--Rig:Frames:ReorderWindow=00:00:02");
        await SettleAsync(frames, Taking.Regions);
        using var scene = new ShelfScene(Taking);
        var pictures = Enumerable.Range(0, (int)(Taking.LengthSec * Fps)).Select(i => (Seq: (long)i, scene.Draw(i / Fps).Jpeg)).ToList();
        var order = pictures.Concat(pictures).OrderBy(picture => (picture.Seq / 4, Random.Shared.Next())).ToList();
        foreach (var some in order.Chunk(8))
        {
            var answers = await Task.WhenAll(some.Select(picture => frames.SendAsync(MetaOf(picture.Seq), picture.Jpeg)));
            Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, answer.Body));
        }

        await AnalysedAsync(frames);
        Assert.Equal(pictures.Count, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
        Assert.Equal(pictures.Count, frames.Files().Count(file => file.StartsWith("staging/", StringComparison.Ordinal)));
        Assert.Equal(1, await frames.CountAsync("SELECT count(*) FROM frames.events WHERE event_type = 'stock_changed'"));
    }

    [Fact]
    public async Task What_is_older_than_its_lifetime_goes_to_the_second_and_no_row_points_at_nothing()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:Workers=2");
        await SettleAsync(frames, Taking.Regions);
        await SendAsync(frames, Taking);
        await AnalysedAsync(frames);
        var retention = frames.Server.Services.GetRequiredService<FrameRetention>();
        var newest = await InstantAsync(frames, "SELECT max(received_at) FROM frames.captures");
        var oldest = await InstantAsync(frames, "SELECT min(received_at) FROM frames.captures");
        Assert.Equal(0, (await retention.SweepAsync(oldest.AddHours(24), CancellationToken.None)).StagingFiles);
        Assert.Equal(1, (await retention.SweepAsync(oldest.AddHours(24).AddTicks(10), CancellationToken.None)).StagingFiles);
        await retention.SweepAsync(newest.AddHours(24).AddTicks(10), CancellationToken.None);
        Assert.All(frames.Files(), file => Assert.StartsWith("events/", file, StringComparison.Ordinal));
        Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.captures WHERE storage_uri IS NOT NULL"));
        var images = await frames.CountAsync("SELECT count(*) FROM frames.event_images");
        var firstImage = await InstantAsync(frames, "SELECT min(created_at) FROM frames.event_images");
        Assert.Equal(0, (await retention.SweepAsync(firstImage.AddDays(7), CancellationToken.None)).EventImages);
        Assert.Equal(images, (await retention.SweepAsync((await InstantAsync(frames, "SELECT max(created_at) FROM frames.event_images")).AddDays(7).AddTicks(10), CancellationToken.None)).EventImages);
        Assert.Empty(frames.Files());
        Assert.Equal(2, await frames.CountAsync("SELECT count(*) FROM frames.events"));
    }

    [Fact]
    public async Task A_file_whose_row_was_never_committed_is_cleaned_up()
    {
        await using var frames = await FrameServer.StartAsync(folder, database);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta())).Status);
        var kept = frames.Files();
        await File.WriteAllBytesAsync(Path.Combine(frames.FramesPath, Path.GetDirectoryName(kept[0])!, $"{Guid.NewGuid():N}.jpg"), FrameServer.Jpeg);
        var retention = frames.Server.Services.GetRequiredService<FrameRetention>();
        Assert.Equal(0, (await retention.SweepAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None)).Orphans);
        Assert.Equal(1, (await retention.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(2), CancellationToken.None)).Orphans);
        Assert.Equal(kept, frames.Files());
    }

    /// <summary>Of the upper rows, where there is only the wall: how much neighbouring cells differ.</summary>
    private static double Detail(LuminanceGrid grid) => Enumerable.Range(1, (LuminanceGrid.Width * 10) - 1).Average(i => Math.Abs(grid.Values[i] - grid.Values[i - 1]));

    private static JsonObject MetaOf(long seq, long firstSeq = 0)
    {
        var meta = FrameServer.Meta(seq);
        meta["capture_ts"] = new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero).AddSeconds((firstSeq * 10) + ((seq - firstSeq) / Fps)).ToString("O");
        return meta;
    }

    private static async Task SendAsync(FrameServer frames, ShelfScript script, long firstSeq = 0)
    {
        using var scene = new ShelfScene(script);
        for (var i = 0; i < script.LengthSec * Fps; i++)
        {
            var (status, body) = await frames.SendAsync(MetaOf(firstSeq + i, firstSeq), scene.Draw(i / Fps).Jpeg);
            Assert.True(status == 200, body);
        }
    }

    private static async Task SettleAsync(FrameServer frames, RegionSet regions, params (string Name, double Value)[] settings)
    {
        object Of(Region region) => new { x = region.X, y = region.Y, w = region.W, h = region.H };
        Assert.Equal(200, (await frames.Server.PostJsonAsync(
            $"/api/v1/admin/devices/{FrameServer.DeviceName}/rois", new { interaction = Of(regions.Interaction), inventory = Of(regions.Inventory), ignore = regions.Ignore.Select(Of) })).Status);
        if (settings.Length > 0)
        {
            Assert.Equal(200, (await frames.Server.PostJsonAsync($"/api/v1/admin/devices/{FrameServer.DeviceName}/config", settings.ToDictionary(pair => pair.Name, pair => pair.Value))).Status);
        }
    }

    private static Task AnalysedAsync(FrameServer frames) => Eventually.HoldsAsync(async () => await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status IN ('queued', 'running', 'failed')") == 0);

    private static async Task<DateTimeOffset> InstantAsync(FrameServer frames, string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(frames.Database);
        await using var command = source.CreateCommand(sql);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync())!, TimeSpan.Zero);
    }
}
