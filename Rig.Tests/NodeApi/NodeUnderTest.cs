extern alias node;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using node::Rig.CameraNode.Access;
using node::Rig.CameraNode.Hosting;
using node::Rig.CameraNode.Network;
using node::Rig.CameraNode.Power;
using Rig.Actors.Gateway;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Actors.Transfer;
using Rig.CameraNode.Control;
using Rig.CameraNode.Modes;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Access;
using Rig.Hosting.Configuration;
using Rig.Hosting.Trust;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

/// <summary>The node's real program on a free port, with scripted camera, storage and actors.</summary>
internal sealed class NodeUnderTest : INodeControl, IAsyncDisposable
{
    private readonly WebApplication app;

    /// <summary>The home server, which confirms.</summary>
    private readonly HttpClient server = new();

    private NodeUnderTest(string[] settings, bool withActors, DiskSpace? free, bool isPublished = true, bool isPaired = true, Action<IServiceCollection>? more = null)
    {
        Catalogue.Free = free ?? Catalogue.Free;
        Camera = new ScriptedCamera(Catalogue);
        var builder = NodeHost.CreateBuilder(
        [
            "--Rig:Node:CameraId=CAM_L", "--Rig:Node:ListenAddress=127.0.0.1", "--Rig:Node:Port=0", "--Rig:Camera:Source=pattern", "--Rig:Audio:Enabled=false", "--Rig:Peers:AnswerTimeoutSec=60", $"--webroot={WebRoot}", $"--Rig:Node:ConfigPath={Folder.File("config.json")}",

            // Other machines are stood for by plain ones; Rig.Tests/Trust is about certificates.
            $"--Rig:Trust:Directory={Folder.File("trust")}", "--Rig:Trust:AllowPlainMachines=true", .. settings,
        ]);
        builder.Services.AddRigKey(CameraOptions.Section).AddSingleton<ICaptureLauncher>(Camera).AddSingleton(Camera.Previews).AddSingleton(Catalogue.Storage).AddSingleton<ISessionNoteFile>(new ScriptedSessionNote()).AddCameraNode();
        builder.Services.AddSingleton<ISensors>(Sensors).AddSingleton<IMachinePower>(Power).AddSingleton<INetworkManager>(Network);
        if (withActors)
        {
            builder.Services.AddNodeActors();
        }
        else
        {
            builder.Services.AddSingleton<INodeControl>(this);
        }

        more?.Invoke(builder.Services);
        app = NodeHost.Build(builder);
        if (isPaired)
        {
            Http.DefaultRequestHeaders.Add("Cookie", CookieOf(Roles.Owner));
        }

        server.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, Roles.Server);
        Clock = app.Services.GetRequiredService<MasterClock>();
        Board = new NodeBoard(this, isPublished && !withActors);
    }

    public TempFolder Folder { get; } = new();

    public ScriptedCatalogue Catalogue { get; } = new();

    public ScriptedCamera Camera { get; }

    public ScriptedSensors Sensors { get; } = new();

    public ScriptedPower Power { get; } = new();

    public ScriptedNetworkManager Network { get; } = new();

    /// <summary>What the actors would have published; where they run, only what the coordinator would say.</summary>
    public NodeBoard Board { get; }

    public MasterClock Clock { get; }

    /// <summary>An owner's phone.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false });

    public IServiceProvider Services => app.Services;

    /// <summary>The pages as the build laid them beside the node's own program; the tests' folder mixes those of all programs.</summary>
    private static string WebRoot
    {
        get
        {
            var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(framework.Parent!.Parent!.Parent!.Parent!.FullName, "Rig.CameraNode", "bin", framework.Parent.Name, framework.Name, "wwwroot");
        }
    }

    /// <summary>What the camera actor answers; by default nothing comes.</summary>
    public Func<object, object?> CameraAnswers { get; set; } = _ => null;

    public Func<object, object?> CoordinatorAnswers { get; set; } = _ => null;

    /// <summary>By default there is nothing to upload.</summary>
    public Func<object, object?> OffloadAnswers { get; set; } =
        message => message is UploadProtocol.GetStatus ? new UploadProtocol.UploadStatus(UploadQueue.Empty, null, false, 0, null) : null;

    public List<object> Asked { get; } = [];

    public static Task<NodeUnderTest> StartAsync(params string[] settings) => StartAsync(withActors: false, null, settings);

    /// <param name="more">Ports of the test's own.</param>
    public static Task<NodeUnderTest> StartAsync(Action<IServiceCollection> more, params string[] settings) => StartAsync(withActors: false, null, settings, more);

    /// <summary>In the moment before its actors run: nothing is published yet.</summary>
    public static async Task<NodeUnderTest> StartBeforeItsActorsAsync()
    {
        var node = new NodeUnderTest([], withActors: false, null, isPublished: false);
        await node.BeginAsync();
        return node;
    }

    /// <summary>As it comes from its first start: nobody is paired with it, and <see cref="Http"/> is nobody.</summary>
    public static async Task<NodeUnderTest> StartFreshAsync(params string[] settings)
    {
        var node = new NodeUnderTest(["--Rig:Trust:AllowPlainMachines=false", .. settings], withActors: false, null, isPaired: false);
        await node.BeginAsync();
        return node;
    }

    /// <summary>Pairs a further device.</summary>
    /// <returns>The header by which it is known.</returns>
    public string CookieOf(string role) =>
        $"{PhoneCookie.Name}={Services.GetRequiredService<PairingFile>().Pair(role, role, Services.GetRequiredService<TimeProvider>().GetUtcNow()).Cookie}";

    /// <summary>Makes a page's browser an owner's phone.</summary>
    public Task OwnAsync(IPage page)
    {
        var cookie = Http.DefaultRequestHeaders.GetValues("Cookie").Single().Split('=', 2);
        return page.Context.AddCookiesAsync([new Cookie { Name = cookie[0], Value = cookie[1], Url = Http.BaseAddress!.ToString() }]);
    }

    /// <summary>With the node's real local actors instead of scripted ones.</summary>
    public static Task<NodeUnderTest> StartWithActorsAsync(params string[] settings) => StartAsync(withActors: true, null, settings);

    /// <param name="free">What the disk says of itself.</param>
    public static Task<NodeUnderTest> StartWithActorsAsync(DiskSpace free) => StartAsync(withActors: true, free, []);

    private static async Task<NodeUnderTest> StartAsync(bool withActors, DiskSpace? free, string[] settings, Action<IServiceCollection>? more = null)
    {
        var node = new NodeUnderTest(settings, withActors, free, more: more);
        await node.BeginAsync();
        await node.UntilShownAsync(_ => true);
        return node;
    }

    public Task<object> AskCameraAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) =>
        message is StorageProtocol.IStorageRequest request ? Task.FromResult(Catalogue.Answer(request)) : Answer(message, CameraAnswers);

    public Task<object> AskUploadAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) => Answer(message, OffloadAnswers);

    public Task<object> AskCoordinatorAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) => Answer(message, CoordinatorAnswers);

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body, string? contentType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = contentType is null ? null : new(contentType);
        using var response = await (path.EndsWith("/recordings/confirm", StringComparison.Ordinal) ? server : Http).PostAsync(path, content);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Waits until what the node publishes of its camera is so.</summary>
    public Task UntilShownAsync(Func<CameraStatus, bool> shown)
    {
        var published = Services.GetRequiredService<PublishedNode>();
        return Eventually.HoldsAsync(() => published.Current is { } now && (now.Camera.Detected || !Camera.Status.Detected) && shown(now.Camera));
    }

    /// <summary>A report as this node's camera actor would put it on the board.</summary>
    public NodeReport Report(NodePhase phase = NodePhase.Idle, string camera = "CAM_L", params Problem[] problems)
    {
        var id = new TakeId(SessionId.Parse("Final"), CameraId.Parse(camera));
        return new NodeReport(
            id.CameraId, $"http://{camera}:8080", phase,
            phase == NodePhase.Idle ? null : new TakeReport(id, Clock.MasterNow, Clock.MasterNow, [id.CameraId], 12, 360, 0, 1000),
            null, problems, new NodeClockReport(0.2, SyncConfidence.Excellent, camera == "CAM_C"), new NodeStorageReport(900_000_000_000, 300, 0, 0, 0),
            true, 50, null, null, Clock.NodeNow);
    }

    /// <summary>Puts a coordinator's view of the named cameras on the board.</summary>
    public void ShowRig(SessionProtocol.SessionView? session, params NodeReport[] reports) =>
        Board.SetRig(new SessionProtocol.RigView(Clock.MasterNow, session, [.. reports.Select(r => new SessionProtocol.CameraView(r.CameraId, true, r, 10))], []));

    public Task StopAsync() => app.StopAsync();

    private async Task BeginAsync()
    {
        await app.StartAsync();

        // The port speaks both; on this machine plain HTTP is served in full.
        Http.BaseAddress = server.BaseAddress = new UriBuilder(app.Urls.First()) { Scheme = Uri.UriSchemeHttp, Host = "127.0.0.1" }.Uri;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        server.Dispose();
        await app.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>Stands for the actors that publish.</summary>
    internal sealed class NodeBoard
    {
        private readonly NodeUnderTest under;
        private readonly bool publishes;
        private readonly PublishedNode published;
        private readonly PublishedRig rig;
        private NodeReport? node;

        public NodeBoard(NodeUnderTest under, bool publishes)
        {
            (this.under, this.publishes) = (under, publishes);
            (published, rig) = (under.Services.GetRequiredService<PublishedNode>(), under.Services.GetRequiredService<PublishedRig>());
            under.Camera.Changed += Publish;
            Publish();
        }

        public NodeReport? Node
        {
            get => node;
            set
            {
                node = value;
                Publish();
            }
        }

        public void SetRig(SessionProtocol.RigView view) => rig.Publish(view);

        private void Publish()
        {
            if (publishes)
            {
                var (storage, sensors) = (under.Catalogue.Published.Status, under.Sensors.Read());
                var report = node ?? under.Report();
                published.Publish(new NodeSnapshot(report, under.Camera.Status, storage, sensors, under.Clock.Status));
            }
        }
    }

    private Task<object> Answer(object message, Func<object, object?> script)
    {
        Asked.Add(message);
        return script(message) is { } answer ? Task.FromResult(answer) : Task.FromException<object>(new TimeoutException());
    }
}
