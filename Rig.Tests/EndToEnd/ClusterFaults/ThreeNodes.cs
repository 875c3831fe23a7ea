extern alias ctl;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ctl::Rig.Ctl.Operations;
using Rig.Domain.Operations;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Enrolment;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.EndToEnd.ClusterFaults;

/// <summary>Three camera nodes as processes of their own, asked by the operations port only.</summary>
/// <param name="network">Null: all share this machine's loopback network.</param>
internal sealed class ThreeNodes(string folder, Namespaces? network) : IAsyncDisposable
{
    private const int ClusterPort = 4053;

    /// <summary>Generous: it is only reached where something never comes true.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);
    private static readonly Dictionary<string, string> NoArguments = [];

    private readonly Dictionary<string, DemoProcess> processes = [];

    public static IReadOnlyList<string> Cameras { get; } = ["CAM_L", "CAM_C", "CAM_R"];

    /// <summary>Of this test run alone, on loopback too.</summary>
    public static IReadOnlyDictionary<string, string> Addresses { get; } = Cameras.Index()
        .ToDictionary(camera => camera.Item, camera => $"127.{100 + (Environment.ProcessId / 250 % 100)}.{1 + (Environment.ProcessId % 250)}.{11 + camera.Index}");

    /// <summary>A private network's, where each node has one of its own.</summary>
    public static IReadOnlyDictionary<string, string> NetworkAddresses { get; } = Cameras.Index().ToDictionary(camera => camera.Item, camera => $"10.77.0.{11 + camera.Index}");

    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromMinutes(15);

    private string TokenFile => Path.Combine(folder, "operations-token");

    public async Task StartAsync()
    {
        EnrolMachines();
        foreach (var camera in Cameras)
        {
            Start(camera);
        }

        await UntilAsync("the three nodes are one cluster", async () => await SeeAllAsync(Cameras));
    }

    public void Start(string camera)
    {
        var program = Programs.Find("rig-node");
        processes[camera] = network is null
            ? DemoProcess.StartOther(camera, program, [], Settings(camera), folder)
            : DemoProcess.StartOther(camera, "ip", ["netns", "exec", network.Of(camera), program], Settings(camera), folder);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task StopAsync(string camera)
    {
        processes.Remove(camera, out var process);
        await process!.DisposeAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(string camera)
    {
        processes.Remove(camera, out var process);
        await process!.KillAsync();
    }

    public void Signal(string camera, int signal) => processes[camera].Signal(signal);

    /// <summary>Runs a command of the operations port.</summary>
    /// <exception cref="OperatorException">The node refused or could not be reached.</exception>
    public async Task<IReadOnlyList<JsonObject>> AskAsync(string camera, string command, params (string Name, string Value)[] arguments)
    {
        if (network is not null)
        {
            return await AskWithinAsync(network.Of(camera), command, arguments);
        }

        using var timeout = new CancellationTokenSource(Timeout);
        using var client = await OperationsClient.ConnectAsync(new NodeAddress(Addresses[camera], NodeAddress.Local.Port), OperatorToken.Find(TokenFile), timeout.Token);
        var items = new List<JsonObject>();
        await foreach (var item in client.RunAsync(OperatorCommands.Find(command)!, arguments.ToDictionary(argument => argument.Name, argument => argument.Value), timeout.Token))
        {
            items.Add(item);
        }

        return items;
    }

    /// <summary>Whether the session coordinator lives on this node.</summary>
    public async Task<bool> HostsAsync(string camera) =>
        (await AskAsync(camera, "actor hierarchy")).Any(system => ((string)system["text"]!).Contains($"{typeof(Rig.Actors.Sessions.SessionCoordinator)} ", StringComparison.Ordinal));

    public async Task<IReadOnlyList<string>> HostsAsync(IEnumerable<string> cameras)
    {
        var hosts = new List<string>();
        foreach (var camera in cameras)
        {
            if (await HostsAsync(camera))
            {
                hosts.Add(camera);
            }
        }

        return hosts;
    }

    /// <summary>Whether each of them sees exactly them, all up and reachable.</summary>
    public async Task<bool> SeeAllAsync(IReadOnlyCollection<string> cameras)
    {
        foreach (var camera in cameras)
        {
            var members = await AskAsync(camera, "cluster show");
            if (members.Count != cameras.Count || members.Any(member => (string?)member["status"] != "up" || !(bool)member["reachable"]!))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How long the node's cluster system has lived; a new one begins at 0.</summary>
    public async Task<long> ClusterUptimeAsync(string camera) =>
        (long)(await AskAsync(camera, "actor count")).Single(system => (string?)system["system"] == "rig")["uptime_sec"]!;

    /// <summary>The session that each camera records, as the coordinator sees it; null for one that records none.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> RecordingAsync(string asked) => (await AskAsync(asked, "rig status"))
        .ToDictionary(row => (string)row["camera_id"]!, row => (string?)row["status"] == "recording" ? (string?)row["session_id"] : null);

    /// <summary>Takes that lie finished on the node.</summary>
    public async Task<int> TakesAsync(string camera) => (await AskAsync(camera, "offload list")).Count;

    /// <summary>Waits until a condition holds; a node that cannot be asked makes it false.</summary>
    /// <returns>How long it took.</returns>
    public Task<TimeSpan> UntilAsync(string what, Func<Task<bool>> condition) => Eventually.HoldsAsync(
        () => HoldsAsync(condition),
        () => $"It was to come true that {what}.\n{string.Join("\n\n", processes.Values.Select(process => $"{process.Name}:\n{process.Tail(30)}"))}",
        Timeout,
        TimeSpan.FromMilliseconds(100));

    public async ValueTask DisposeAsync() => await Task.WhenAll(processes.Values.Select(process => process.DisposeAsync().AsTask()));

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (OperatorException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<JsonObject>> AskWithinAsync(string name, string command, (string Name, string Value)[] arguments)
    {
        string[] line = ["netns", "exec", name, Programs.Find("rigctl"), "--token-file", TokenFile, "--json", .. command.Split(' '), .. arguments.SelectMany(a => new[] { "--" + a.Name, a.Value })];
        using var process = Process.Start(new ProcessStartInfo("ip", line) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(item => JsonNode.Parse(item)!.AsObject())]
            : throw new OperatorException(process.ExitCode, await error);
    }

    /// <summary>The nodes speak by certificate, as they do in the field.</summary>
    private void EnrolMachines()
    {
        var authority = TrustFolderOf(Cameras[0]);
        new Issuing(authority, TimeProvider.System).Begin(TestTrust.Identity(Cameras[0]), []);
        foreach (var camera in Cameras.Skip(1))
        {
            EnrolmentFiles.Enrol(authority, TrustFolderOf(camera), TestTrust.Identity(camera), authorityUrl: null, [], TimeProvider.System);
        }
    }

    private TrustFolder TrustFolderOf(string camera) => new(Path.Combine(folder, camera, "trust"));

    private Dictionary<string, string> Settings(string camera)
    {
        var addresses = network is null ? Addresses : NetworkAddresses;
        var own = Path.Combine(folder, camera);
        var settings = new Dictionary<string, string>
        {
            ["Rig__Node__CameraId"] = camera,
            ["Rig__Node__ListenAddress"] = addresses[camera],
            ["Rig__Node__ClusterHost"] = addresses[camera],
            ["Rig__Node__ConfigPath"] = Path.Combine(own, "config.json"),
            ["Rig__Storage__RecordingsPath"] = Path.Combine(own, "recordings"),
            ["Rig__Storage__ManifestsPath"] = Path.Combine(own, "manifests"),
            ["Rig__Storage__MinFreeSpaceGb"] = "1",
            ["Rig__Trust__Directory"] = TrustFolderOf(camera).Path,
            ["Rig__Operations__ListenAddress"] = network is null ? addresses[camera] : "127.0.0.1",
            ["Rig__Operations__TokenPath"] = TokenFile,
            ["Rig__Camera__Source"] = "pattern",
            ["Rig__Camera__Width"] = "320",
            ["Rig__Camera__Height"] = "180",
            ["Rig__Camera__Fps"] = "5",
            ["Rig__Session__ResumeWithin"] = ResumeWithin.ToString("c"),
            // What this machine's load does to its clock and camera is not what is tested here.
            ["Rig__Guards__Clock"] = "warn",
        };
        foreach (var (index, seed) in Cameras.Index())
        {
            settings[$"Rig__Node__SeedNodes__{index}"] = $"{addresses[seed]}:{ClusterPort}";
        }

        return settings;
    }
}
