using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.EndToEnd;

/// <summary>kill -9 of any one process: no finished recording is lost, no other camera stops, and what was killed goes on.</summary>
[Collection(EndToEndTests.Name)]
public sealed class KilledProcessTests(ITestOutputHelper output, Browser browser) : IAsyncLifetime, IClassFixture<Browser>
{
    /// <summary>For how long nothing may move; how long something takes is not asked.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private readonly TempFolder folder = new("rig-kill-test");
    private readonly RigApi api = new();
    private DemoRig rig = null!;

    public async Task InitializeAsync()
    {
        rig = new DemoRig(new DemoOptions(10, new VideoMode(1280, 720, 15), null, true, null, folder.Path), folder.Path);
        await rig.StartAsync(output.WriteLine, CancellationToken.None);
        await api.SignInAsync(rig.Ingest, DemoRig.LoginEmail, rig.LoginPassword, CancellationToken.None).WaitAsync(Timeout);
    }

    public async Task DisposeAsync()
    {
        await rig.DisposeAsync();
        api.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_session_goes_on_when_the_coordinators_host_dies_and_stops_as_one()
    {
        var everyCamera = (string[])["CAM_L", "CAM_C", "CAM_R"];
        JsonNode? preflight = null;
        await UntilAsync("preflight passes", async () => (bool?)(preflight = await GetAsync("CAM_L", "coordinator/preflight"))?["passed"] == true, () => preflight?.ToJsonString());
        var started = await api.PostAsync(DemoRig.Node("CAM_L"), "/api/v1/coordinator/start", [], CancellationToken.None);
        var session = (string)started["session_id"]!;
        await UntilAsync("all record", async () => await RecordingAsync(everyCamera));

        // The coordinator lives on the oldest camera member; whichever that is, killing the centre camera's node and then the left one's hits it.
        var before = await FramesAsync("CAM_R");
        await rig.KillAsync("CAM_C");
        await UntilAsync("the others record on", async () => await RecordingAsync(["CAM_L", "CAM_R"]) && await FramesAsync("CAM_R") > before + 15);
        rig.Start("CAM_C");
        await UntilAsync("the killed camera records again", async () => await RecordingAsync(everyCamera));
        await rig.KillAsync("CAM_L");
        rig.Start("CAM_L");
        await UntilAsync("the second killed camera records again", async () => await RecordingAsync(everyCamera));

        await api.PostAsync(DemoRig.Node("CAM_R"), "/api/v1/coordinator/stop", [], CancellationToken.None);
        await UntilAsync("nobody records", async () => await NobodyRecordsAsync(everyCamera));

        // The home server is killed while it offloads and works, and started again.
        await rig.KillAsync("ingest");
        rig.Start("ingest");
        JsonArray? takes = null;
        await UntilAsync("every take is on the server", async () =>
        {
            takes = (await api.TryGetAsync(rig.Ingest, $"/api/v1/sessions/{session}", CancellationToken.None))?["takes"]?.AsArray();
            var verified = takes?.Where(t => (bool?)t?["verified"] == true).GroupBy(t => (string)t!["camera_id"]!).ToDictionary(g => g.Key, g => g.Count());
            return verified is not null && verified.GetValueOrDefault("CAM_R") == 1 && verified.GetValueOrDefault("CAM_C") == 2 && verified.GetValueOrDefault("CAM_L") == 2;
        }, () => takes?.ToJsonString() ?? rig.Tail("ingest"));
        await rig.KillAsync("ingest");
        rig.Start("ingest");
        JsonArray? stages = null;
        await UntilAsync("the panorama is made", async () =>
        {
            stages = (await api.TryGetAsync(rig.Ingest, $"/api/v1/sessions/{session}", CancellationToken.None))?["stages"]?.AsArray();
            var failed = stages?.FirstOrDefault(s => (string?)s?["status"] == "failed");
            Assert.True(failed is null, failed?.ToJsonString());
            return stages?.Any(s => "stitched".Equals((string?)s?["stage"], StringComparison.OrdinalIgnoreCase) && (string?)s?["status"] == "done") == true;
        }, () => stages?.ToJsonString());
        await PagesShowItAsync(session);
    }

    /// <summary>What parent and home see after all that, on a phone and on a desktop.</summary>
    private async Task PagesShowItAsync(string session)
    {
        foreach (var screen in new[] { Screen.Phone, Screen.Desktop })
        {
            var status = await browser.OpenAsync(screen, rig.Ingest.ToString());
            await status.GotoAsync("/", new() { WaitUntil = WaitUntilState.Commit });
            await status.GetByLabel("Name").FillAsync(DemoRig.LoginEmail);
            await status.GetByLabel("Password").FillAsync(rig.LoginPassword);
            await status.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
            await status.GetByText(session).First.WaitForAsync();
            await status.GetByText("Stitch").First.WaitForAsync();
            await FitsAsync(status, screen);

            var field = await browser.OpenAsync(screen, rig.Field.ToString());
            await field.GotoAsync(rig.FieldPage.ToString(), new() { WaitUntil = WaitUntilState.Commit });
            await field.GetByRole(AriaRole.Button, new() { Name = "Start" }).WaitForAsync();
            foreach (var camera in new[] { "Left", "Centre", "Right" })
            {
                await field.GetByText(camera, new() { Exact = true }).First.WaitForAsync();
            }

            await FitsAsync(field, screen);
        }
    }

    private static async Task FitsAsync(IPage page, Screen screen) =>
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, screen.Width);

    private async Task<JsonNode?> GetAsync(string cameraId, string path) => await api.TryGetAsync(DemoRig.Node(cameraId), "/api/v1/" + path, CancellationToken.None);

    private async Task<bool> RecordingAsync(IEnumerable<string> cameras)
    {
        foreach (var camera in cameras)
        {
            if ((bool?)(await GetAsync(camera, "status"))?["recording"]?["is_recording"] != true)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> NobodyRecordsAsync(IEnumerable<string> cameras)
    {
        foreach (var camera in cameras)
        {
            if ((bool?)(await GetAsync(camera, "status"))?["recording"]?["is_recording"] != false)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<double> FramesAsync(string camera) => ((double?)(await GetAsync(camera, "status"))?["recording"]?["duration_sec"] ?? 0) * 15;

    /// <param name="seen">What was seen last instead. While it changes, there is progress.</param>
    private static Task UntilAsync(string what, Func<Task<bool>> condition, Func<string?>? seen = null) =>
        Eventually.HoldsInTheEndAsync(condition, () => seen?.Invoke(), () => $"It was to come true that {what}. {seen?.Invoke()}", Timeout, TimeSpan.FromMilliseconds(200));
}
