using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Hosting.Trust.Enrolment;

namespace Rig.Rehearsal.Demo;

/// <summary>The processes of the demo's rig and how each is configured: three (or two) nodes, the ingest server, the viewer, the database.</summary>
internal sealed class DemoRig(DemoOptions options, string workFolder) : IAsyncDisposable
{
    public const string TeamCode = "DEMO";
    public const string LoginEmail = "coach@demo.example";

    private const int NodePort = 8080;
    private const int ClusterPort = 4053;
    private static readonly Dictionary<string, string> Addresses = new() { ["CAM_L"] = "127.0.0.11", ["CAM_C"] = "127.0.0.12", ["CAM_R"] = "127.0.0.13" };
    private const string IngestAddress = "127.0.0.21";
    private const string ViewerAddress = "127.0.0.31";

    private readonly string pushKey = RandomSecret();
    private readonly Dictionary<string, DemoProcess> processes = [];
    private PrivatePostgres? postgres;

    /// <summary>
    /// Apart from the other data: PostgreSQL runs as another user, who cannot enter a folder that only its owner may. Everything that
    /// matters later lies in files, so it is not kept.
    /// </summary>
    private string? databaseFolder;

    public IReadOnlyList<FootageCamera> Footage { get; } = options.FootageFolder is { } folder ? Demo.FootageFolder.Find(folder) : [];

    public IReadOnlyList<string> CameraIds => Footage.Count > 0 ? [.. Footage.Select(f => f.CameraId)] : [.. Addresses.Keys];

    /// <summary>The node whose field UI the demo uses: the centre one, or the left of a two-camera rig.</summary>
    public Uri Field => Node(CameraIds.Contains("CAM_C") ? "CAM_C" : CameraIds[0]);

    /// <summary>Its page, with the PIN for a further phone.</summary>
    public Uri FieldPage => new(Field, $"/#pin={NodeDevice.PinOf(ConfigPath(CameraIds.First(id => Node(id) == Field)))}");

    public Uri Ingest { get; } = new($"http://{IngestAddress}:8081");

    public Uri Viewer { get; } = new($"http://{ViewerAddress}:8090");

    /// <summary>One token for all programs of the demo; the first to start makes it.</summary>
    public string TokenFile { get; } = Path.Combine(workFolder, "operations-token");

    public string LoginPassword { get; } = RandomSecret()[..16];

    /// <summary>The viewer's, all with the same password: a coach, and for somebody who stays to look around an administrator and two parents.</summary>
    public IReadOnlyList<(string Email, string Name, string Role)> Logins { get; } =
    [
        (LoginEmail, "Demo Coach", "coach"),
        .. options.Exit ? Array.Empty<(string, string, string)>()
            : [("admin@demo.example", "Demo Admin", "admin"), ("ann@demo.example", "Ann Demo", "parent"), ("ben@demo.example", "Ben Demo", "parent")],
    ];

    public string SessionFolder(string sessionId) => Path.Combine(workFolder, "ingest", "sessions", sessionId);

    public static Uri Node(string cameraId) => new($"http://{Addresses[cameraId]}:{NodePort}");

    public async Task StartAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        EnsureFree();
        progress("PostgreSQL");
        databaseFolder = Directory.CreateTempSubdirectory("rig-demo-postgres-").FullName;
        postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
        await postgres.CreateDatabaseAsync("rig_ingest", cancellationToken);
        await postgres.CreateDatabaseAsync("rig_viewer", cancellationToken);

        foreach (var file in Footage)
        {
            progress($"footage of {file.CameraId}, scaled to {options.Mode}");
            await Demo.FootageFolder.ScaleAsync(file.VideoFile, Played(file), options.Mode, options.Seconds, cancellationToken);
        }

        progress("viewer, with a team and a login");
        var viewer = ViewerSettings();
        await DemoProcess.RunAsync("rig-viewer", ["upgrade"], viewer, workFolder, null, cancellationToken);
        await DemoProcess.RunAsync("rig-viewer", ["add-team", "--code", TeamCode, "--name", "Demo United", "--organization", "Rig demo"], viewer, workFolder, null, cancellationToken);
        foreach (var (email, name, role) in Logins)
        {
            string[] team = role == "admin" ? [] : ["--team", TeamCode];
            await DemoProcess.RunAsync("rig-viewer", ["add-user", "--email", email, "--name", name, "--role", role, .. team, "--password-stdin"], viewer, workFolder, LoginPassword, cancellationToken);
        }

        Start("viewer");

        progress("the rig's authority, and a certificate for each machine");
        EnrolMachines();
        progress("cameras and home server");
        foreach (var cameraId in CameraIds)
        {
            Start(cameraId);
        }

        // The same name and password as in the viewer.
        await DemoProcess.RunAsync("rig-ingest", ["account", "add", LoginEmail, "--owner"], IngestSettings(), workFolder, LoginPassword, cancellationToken);
        Start("ingest");
    }

    /// <summary>Starts one of the rig's programs, for the first time or again.</summary>
    /// <param name="name"><c>viewer</c>, <c>ingest</c> or a camera id.</param>
    public void Start(string name) => processes[name] = name switch
    {
        "viewer" => DemoProcess.Start(name, "rig-viewer", [], ViewerSettings(), workFolder),
        "ingest" => DemoProcess.Start(name, "rig-ingest", [], IngestSettings(), workFolder),
        _ => DemoProcess.Start(name, "rig-node", [], NodeSettings(name), workFolder),
    };

    /// <summary>SIGKILL, as a battery that falls out.</summary>
    public async Task KillAsync(string name)
    {
        if (processes.Remove(name, out var process))
        {
            await process.KillAsync();
        }
    }

    /// <summary>The last lines that a program printed.</summary>
    public string Tail(string name) => processes[name].Tail();

    /// <exception cref="DemoException">A process ended that should run.</exception>
    public void EnsureRunning()
    {
        if (processes.Values.FirstOrDefault(p => p.HasExited) is { } dead)
        {
            throw new DemoException($"{dead.Name} ended unexpectedly. Its log ({dead.LogFile}) ends with:\n{dead.Tail()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(processes.Values.Select(process => process.DisposeAsync().AsTask()));
        processes.Clear();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
            postgres = null;
        }

        if (databaseFolder is not null)
        {
            Directory.Delete(databaseFolder, recursive: true);
            databaseFolder = null;
        }
    }

    /// <summary>As 'trust init' on the first camera and 'trust sign' for all others do it.</summary>
    private void EnrolMachines()
    {
        var authority = TrustFolderOf(CameraIds[0]);
        new Issuing(authority, TimeProvider.System).Begin(Identity(CameraIds[0]), [Addresses[CameraIds[0]]]);
        var url = $"https://{Addresses[CameraIds[0]]}:{TrustOptions.DefaultMachinePort}";
        foreach (var (name, address) in CameraIds.Skip(1).Select(camera => (camera, Addresses[camera])).Append(("ingest", IngestAddress)))
        {
            EnrolmentFiles.Enrol(authority, TrustFolderOf(name), Identity(name), url, [address], TimeProvider.System);
        }

        static MachineIdentity Identity(string name) => MachineIdentity.TryParse(name, out var identity) ? identity : throw new DemoException($"{name} is no machine's name.");
    }

    /// <param name="name"><c>ingest</c> or a camera id.</param>
    private TrustFolder TrustFolderOf(string name) => new(Path.Combine(workFolder, name, "trust"));

    private Dictionary<string, string> NodeSettings(string cameraId)
    {
        var folder = Path.Combine(workFolder, cameraId);
        var settings = new Dictionary<string, string>
        {
            ["Rig__Node__CameraId"] = cameraId,
            ["Rig__Node__ListenAddress"] = Addresses[cameraId],
            ["Rig__Node__Port"] = Text(NodePort),
            ["Rig__Node__PublicBaseUrl"] = Node(cameraId).ToString().TrimEnd('/'),
            ["Rig__Node__ClusterHost"] = Addresses[cameraId],
            ["Rig__Node__ClusterPort"] = Text(ClusterPort),
            ["Rig__Node__ProductionMode"] = "true",

            // One machine stands for a whole rig, and may be busy with other things as well.
            ["Rig__Session__ReadinessTimeout"] = "00:00:20",
            ["Rig__Session__CommandTimeout"] = "00:01:00",
            ["Rig__Session__OfflineAfter"] = "00:00:20",
            ["Rig__Node__IsMaster"] = Addresses[cameraId] == Field.Host ? "true" : "false",
            ["Rig__Storage__RecordingsPath"] = Path.Combine(folder, "recordings"),
            ["Rig__Storage__ManifestsPath"] = Path.Combine(folder, "manifests"),
            ["Rig__Storage__MinFreeSpaceGb"] = "1",
            ["Rig__Trust__Directory"] = TrustFolderOf(cameraId).Path,
            ["Rig__Node__ConfigPath"] = ConfigPath(cameraId),
            ["Rig__Operations__ListenAddress"] = Addresses[cameraId],
            ["Rig__Operations__TokenPath"] = TokenFile,
            ["Rig__Camera__Width"] = Text(options.Mode.Width),
            ["Rig__Camera__Height"] = Text(options.Mode.Height),
            ["Rig__Camera__Fps"] = Text(options.Mode.Fps),
            ["Rig__Camera__CaptureProgram"] = Programs.Find("rig-rehearsal"),
            ["Rig__Camera__Source"] = Footage.Count > 0 ? "footage" : "synthetic",
        };
        if (Footage.FirstOrDefault(f => f.CameraId == cameraId) is { } file)
        {
            settings["Rig__Camera__FootageFile"] = Played(file);
        }

        AddList(settings, "Rig__Node__ExpectedCameras", CameraIds);
        AddList(settings, "Rig__Node__SeedNodes", Seeds());
        return settings;
    }

    private Dictionary<string, string> IngestSettings()
    {
        var folder = Path.Combine(workFolder, "ingest");
        var settings = new Dictionary<string, string>
        {
            ["Rig__Server__Host"] = IngestAddress,
            ["Rig__Server__Port"] = "8081",
            ["Rig__Server__ClusterHost"] = IngestAddress,
            ["Rig__Server__ClusterPort"] = Text(ClusterPort),
            ["Rig__Operations__ListenAddress"] = IngestAddress,
            ["Rig__Operations__TokenPath"] = TokenFile,
            ["Rig__Storage__SessionsPath"] = Path.Combine(folder, "sessions"),
            ["Rig__Storage__ProcessingPath"] = Path.Combine(folder, "processing"),
            ["Rig__Storage__TempPath"] = Path.Combine(folder, "temp"),
            ["Rig__Storage__MinFreeSpaceGb"] = "1",
            ["Rig__Trust__Directory"] = TrustFolderOf("ingest").Path,
            ["Rig__Database__ConnectionString"] = postgres!.ConnectionString("rig_ingest"),
            ["Rig__Database__AutoUpgrade"] = "true",
            ["Rig__Push__ViewerUrl"] = Viewer.ToString().TrimEnd('/'),
            ["Rig__Push__ApiKey"] = pushKey,
            ["Rig__Push__TeamCode"] = TeamCode,
            ["Rig__Push__Opponent"] = "Visitors",
        };
        foreach (var camera in Footage)
        {
            if (camera.CheckerboardFolder is { } boards)
            {
                settings[$"Rig__Stitch__CheckerboardFolders__{camera.CameraId}"] = boards;
            }

            if (camera.PitchPointsFile is { } points)
            {
                settings[$"Rig__Stitch__PitchPointsFiles__{camera.CameraId}"] = points;
            }
        }

        AddList(settings, "Rig__Server__SeedNodes", Seeds());
        return settings;
    }

    private Dictionary<string, string> ViewerSettings() => new()
    {
        ["Rig__Viewer__ListenUrl"] = Viewer.ToString().TrimEnd('/'),
        ["Rig__Viewer__PublicUrl"] = Viewer.ToString().TrimEnd('/'),
        ["Rig__Database__ConnectionString"] = postgres!.ConnectionString("rig_viewer"),
        ["Rig__Media__Path"] = Path.Combine(workFolder, "viewer", "media"),
        ["Rig__Viewer__KeysPath"] = Path.Combine(workFolder, "viewer", "keys"),
        ["Rig__Push__ApiKeySha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pushKey))),
    };

    private string ConfigPath(string cameraId) => Path.Combine(workFolder, cameraId, "config.json");

    private string Played(FootageCamera file) => Path.Combine(workFolder, file.CameraId, "footage.mp4");

    private IEnumerable<string> Seeds() => CameraIds.Select(id => $"{Addresses[id]}:{ClusterPort}");

    private void EnsureFree()
    {
        var wanted = CameraIds.SelectMany(id => new[] { (Addresses[id], NodePort), (Addresses[id], ClusterPort), (Addresses[id], TrustOptions.DefaultMachinePort) })
            .Concat([(IngestAddress, 8081), (IngestAddress, TrustOptions.DefaultMachinePort), (IngestAddress, ClusterPort), (ViewerAddress, 8090)]);
        foreach (var (address, port) in wanted)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Parse(address), port);
                probe.Start();
            }
            catch (SocketException)
            {
                throw new DemoException($"{address}:{port} is in use. Is another demo running? Stop it, then start this one again.");
            }
        }
    }

    private static void AddList(Dictionary<string, string> settings, string key, IEnumerable<string> values)
    {
        foreach (var (index, value) in values.Index())
        {
            settings[$"{key}__{Text(index)}"] = value;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string RandomSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
