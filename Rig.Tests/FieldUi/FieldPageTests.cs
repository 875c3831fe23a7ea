using Microsoft.Playwright;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Tests.NodeApi;
using Rig.Tests.NodeFraming;
using Rig.Tests.Support;
using static Microsoft.Playwright.Assertions;
using static Rig.Actors.Transfer.UploadProtocol;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.FieldUi;

/// <summary>The field page in Chromium, served by the real program over scripted cameras.</summary>
public sealed class FieldPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly RigOnPage rig = new();

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Desktop.Name];

    public void Dispose() => rig.Dispose();

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_ready_rig_shows_three_cameras_and_one_button_that_fits_the_screen(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Show(node, NodePhase.Idle);
        var page = await OpenAsync(node, screen);
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        await Expect(page.Locator(".camera")).ToHaveCountAsync(3);
        await Expect(page.Locator("#checks li")).ToHaveCountAsync(7);
        await Expect(page.Locator("#fresh")).ToHaveTextAsync("Live");
        var button = (await page.Locator("#main").BoundingBoxAsync())!;
        Assert.True(button.Height >= 64, $"the button is {button.Height} px high");
        await page.AssertFitsAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Start_is_one_touch_and_stop_asks_again(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Film(node);
        var page = await OpenAsync(node, screen);
        await page.Locator("#main").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Recording");
        await Expect(page.Locator("#elapsed")).ToContainTextAsync("0:1");

        await page.Locator("#main").ClickAsync();
        await Expect(page.Locator("#sure")).ToBeVisibleAsync();
        await page.Locator("#keep").ClickAsync();
        await Expect(page.Locator("#sure")).ToBeHiddenAsync();
        Assert.DoesNotContain(node.Asked, m => m is StopSession);

        await page.Locator("#main").ClickAsync();
        await page.Locator("#sure").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        Assert.Single(node.Asked, m => m is StopSession);
    }

    [Fact]
    public async Task A_camera_that_disagrees_is_highlighted_and_its_reason_is_told()
    {
        await using var node = await NodeUnderTest.StartAsync();
        node.Board.Node = node.Report();
        var hot = new Problem(ProblemCodes.TooHot, ProblemLevel.Refuse, "The box is too hot (90 °C). Put it in the shade and let it cool.");
        rig.KeepTelling(() => node.Board.SetRig(new RigView(
            node.Clock.MasterNow, null,
            [new CameraView(CameraId.Left, true, node.Report(), 5), new CameraView(CameraId.Center, true, node.Report(camera: "CAM_C", problems: hot), 5), new CameraView(CameraId.Right, false, null, null)],
            ["CAM_R is not there."])));
        var page = await OpenAsync(node, Screen.Phone.Name);
        await Expect(page.Locator("#warnings")).ToContainTextAsync("Right is not there.");
        await Expect(page.Locator("[data-camera=CAM_C]")).ToHaveAttributeAsync("data-tone", "bad");
        await Expect(page.Locator("[data-camera=CAM_C] .note")).ToContainTextAsync("too hot");
        await Expect(page.Locator("#main")).ToHaveTextAsync("Start with 1");
    }

    [Fact]
    public async Task A_refused_start_is_told_in_words()
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Show(node, NodePhase.Idle);
        node.CoordinatorAnswers = _ => new SessionRefused(ProblemCodes.StartFailed, "No camera started to record.", [new CameraProblem(CameraId.Left, ProblemCodes.StartFailed, "CAM_L has no encoder.")]);
        var page = await OpenAsync(node, Screen.Phone.Name);
        await page.Locator("#main").ClickAsync();
        await Expect(page.Locator("#said")).ToHaveTextAsync("No camera started to record. Left has no encoder.");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_self_test_tells_how_it_went_and_fits_the_screen(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Show(node, NodePhase.Idle);
        node.Camera.Status = node.Camera.Status with { Detected = false, Problem = "CAM_L has a loose cable." };
        var page = await OpenAsync(node, screen);
        await Expect(page.Locator("#tested")).ToHaveTextAsync("Films for 10 seconds and checks that it plays.");
        await page.Locator("#test").ClickAsync();
        await Expect(page.Locator("#tested")).ToHaveTextAsync("Failed. The camera gives no picture. Left has a loose cable.");
        await Expect(page.Locator("#tested")).ToHaveAttributeAsync("data-tone", "bad");
        await Expect(page.Locator("#test")).ToBeEnabledAsync();
        await page.AssertFitsAsync();
        await page.ShootAsync($"field-{screen}");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Somebody_who_aims_the_camera_reads_what_to_change_beside_its_picture(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_C");
        rig.Show(node, NodePhase.Idle);
        var page = await OpenAsync(node, screen);
        var aim = page.Locator("[data-camera=CAM_C] .aim");
        await Expect(page.Locator(".aim")).ToHaveCountAsync(1);
        await aim.Locator("button").ClickAsync();
        await Expect(aim.Locator("p")).ToContainTextAsync("has not given a picture");

        ShowPicture(node, AimedCamera.Rgb(rollDeg: 5));
        await aim.Locator("button").ClickAsync();
        await Expect(aim.Locator("p")).ToContainTextAsync("Lift the camera's right side");
        await Expect(page.Locator("[data-camera=CAM_C]")).ToHaveAttributeAsync("data-large", "true");
        await page.AssertFitsAsync();
        await Expect(page.Locator("[data-camera=CAM_C] .frame")).ToHaveAttributeAsync("data-picture", "live");
        await page.ShootAsync($"field-aim-{screen}");

        ShowPicture(node, AimedCamera.Rgb());
        await Expect(aim.Locator("p")).ToHaveTextAsync("Aimed well. Leave it so.");
        await aim.Locator("button").ClickAsync();
        await Expect(aim.Locator("button")).ToHaveTextAsync("Aim this camera");
        await Expect(aim.Locator("p")).ToBeHiddenAsync();
        Assert.False((await node.GetAsync("/api/v1/framing/status")).Body.GetProperty("assist_running").GetBoolean());

        rig.Show(node, NodePhase.Recording);
        await Expect(aim).ToBeHiddenAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task What_this_camera_sends_is_shown_as_it_goes_and_a_failed_one_is_tried_again(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Show(node, NodePhase.Idle);
        var now = node.Clock.MasterNow;
        var (queue, left) = UploadQueue.Empty.Enqueue(new TakeId(SessionId.Parse("Final"), CameraId.Left), 20_000_000_000, new string('a', 32), now);
        var (both, second) = queue.Enqueue(new TakeId(SessionId.Parse("Final"), CameraId.Left, 2), 4_000_000_000, new string('b', 32), now);
        both = both.Begin(second.JobId, now).Fail(second.JobId, "The server said (409) it holds other bytes.", false, new RetryPolicy(5, TimeSpan.FromSeconds(5)), now).Begin(left.JobId, now);
        node.OffloadAnswers = message => message switch
        {
            GetStatus => new UploadStatus(both, new ActiveTransfer(both.Find(left.JobId)!, 5_000_000_000, 50_000_000, 300), false, 15_000_000_000, 300),
            RetryJobs => new Retried(1),
            _ => null,
        };
        var page = await OpenAsync(node, screen);
        await Expect(page.Locator("#transfers-summary")).ToHaveTextAsync("15 GB to send, 5 min left.");
        await Expect(page.Locator("#transfers-list li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#transfers-list li").First).ToContainTextAsync("5.0 GB of 20 GB, 50 MB/s, 5 min left");
        await Expect(page.Locator("#transfers-list li").Last).ToContainTextAsync("other bytes");
        await page.AssertFitsAsync();
        await page.ShootAsync($"field-offload-{screen}");

        await page.Locator("#transfers-retry").ClickAsync();
        await Expect(page.Locator("#transfers-retry")).ToBeEnabledAsync();
        Assert.Contains(node.Asked, m => m is RetryJobs { JobId: null });
    }

    private async Task<IPage> OpenAsync(NodeUnderTest node, string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), node.Http.BaseAddress!.ToString());
        await node.OwnAsync(page);
        await page.GotoAsync("/");
        return page;
    }

    /// <summary>A picture that stays fresh for as long as a test takes.</summary>
    private static void ShowPicture(NodeUnderTest node, byte[] rgb) => node.Camera.Preview = new PreviewPicture(AimedCamera.Jpeg(rgb), node.Clock.NodeNow.AddHours(1));
}
