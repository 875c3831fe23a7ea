using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Rehearsal.Demo;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Faults.HandOver;

/// <summary>
/// One camera node and one home server, takes that go from one to the other, and one of the two dying again and again. The node
/// deletes each take as soon as the server's receipt is stored.
/// </summary>
internal sealed class HandOverRig(string folder, string database, int seed) : IAsyncDisposable
{
    private const int WaitingTakes = 2;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>What is left to do after the last receipt and may hold an armed step.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(0.5);

    private readonly Random random = new(seed);
    private readonly NpgsqlDataSource data = NpgsqlDataSource.Create(database);
    private readonly StorageOptions storage = new() { RecordingsPath = Path.Combine(folder, "node", "recordings"), ManifestsPath = Path.Combine(folder, "node", "manifests") };
    private readonly int nodePort = FreePort.Next();
    private readonly List<LaidTake> takes = [];
    private HostProcess? node;
    private HostProcess? server;

    /// <summary>How often each step was a process's last; those that came to no step are under <see cref="PlannedKill.AnyTime"/>.</summary>
    public Dictionary<string, int> Kills { get; } = [];

    /// <summary>Starts what does not run.</summary>
    public void Start()
    {
        node ??= HostProcess.Start(HandOverHosts.NodeVerb, NodeSettings());
        server ??= HostProcess.Start(HandOverHosts.ServerVerb, ServerSettings());
    }

    /// <summary>Lays takes, kills one of the two while they are handed over, looks at what is there, and starts it again.</summary>
    public async Task KillAsync(PlannedKill kill)
    {
        while (takes.Count(take => !File.Exists(take.Paths.Receipt)) < WaitingTakes)
        {
            Lay();
        }

        Start();
        var victim = kill.OfNode ? node! : server!;
        var step = await DieAsync(victim, kill);
        Kills[step] = Kills.GetValueOrDefault(step) + 1;
        victim.Dispose();
        (node, server) = kill.OfNode ? (null, server) : (node, (HostProcess?)null);
        await CheckAsync($"{(kill.OfNode ? "the node" : "the server")} was killed at '{step}'");
        Start();
    }

    /// <summary>Lets both do the rest in peace. In the end every take is on the server, and the node has its receipt and not its video.</summary>
    public async Task FinishAsync()
    {
        Start();
        await UntilAsync("every take is handed over and deleted", () => takes.All(take => File.Exists(take.Paths.Receipt) && !File.Exists(take.Paths.Video)));
        takes.ForEach(take => take.IsHandedOver = false);
        await CheckAsync("everything was over");
        Assert.All(takes, take => Assert.True(take.IsHandedOver, $"{take.Paths.Id} was not handed over."));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "server", "temp")));
    }

    public async ValueTask DisposeAsync()
    {
        node?.Dispose();
        server?.Dispose();
        await data.DisposeAsync();
    }

    /// <returns>Where it died.</returns>
    private async Task<string> DieAsync(HostProcess victim, PlannedKill kill)
    {
        if (kill.Step is { } step)
        {
            victim.Arm(step, kill.IsRepeated ? 1 + random.Next(2) : 1);
            await UntilAsync($"a process dies at '{step}' or all is handed over", () => victim.HasEnded || takes.All(take => File.Exists(take.Paths.Receipt)));
            await Task.WhenAny(victim.Ended, RealTime.PassAsync(Aftermath));
            if (victim.HasEnded)
            {
                Assert.True(victim.ExitCode == 128 + 9, $"It ended by itself with {victim.ExitCode}:\n{victim.Tail()}");
                return step;
            }
        }
        else
        {
            await RealTime.PassAsync(TimeSpan.FromMilliseconds(random.Next(600)));
        }

        await victim.KillAsync();
        return PlannedKill.AnyTime;
    }

    /// <summary>
    /// Whatever the node has a receipt of or no video, the server holds by exactly its bytes; whatever the server says that it holds, it holds.
    /// The node is looked at first: what it knows by now must be true by now, although the other process goes on meanwhile.
    /// </summary>
    private async Task CheckAsync(string when)
    {
        foreach (var take in takes.Where(take => !take.IsHandedOver))
        {
            var receipt = File.Exists(take.Paths.Receipt) ? OffloadReceipt.Parse(await File.ReadAllBytesAsync(take.Paths.Receipt)) : null;
            var video = await HashAsync(take.Paths.Video);
            Assert.True(receipt is null || receipt.Sha256 == take.Sha256, $"The node's receipt of {take.Paths.Id} is for other bytes when {when}.");
            Assert.True(video is null || video == take.Sha256, $"The node's own copy of {take.Paths.Id} changed when {when}.");
            var held = await HeldAsync(take);
            Assert.True(held is null || held == take.Sha256, $"The server has a receipt of {take.Paths.Id} and the disk holds '{held}' when {when}.");
            Assert.True(held is not null || (receipt is null && video is not null), $"{take.Paths.Id} is confirmed or gone from the node, and the server lacks it, when {when}.");
            take.IsHandedOver = receipt is not null && held is not null;
        }
    }

    /// <returns>Null without a receipt; else the SHA-256 of what lies on the disk, or "nothing".</returns>
    private async Task<string?> HeldAsync(LaidTake take)
    {
        await using var command = data.CreateCommand("SELECT 1 FROM ingest.takes WHERE session_id = $1 AND camera_id = $2 AND take = 1 AND sha256 = $3 AND damaged_at IS NULL");
        command.Parameters.Add(new() { Value = take.Paths.Id.SessionId.Value });
        command.Parameters.Add(new() { Value = take.Paths.Id.CameraId.Value });
        command.Parameters.Add(new() { Value = take.Sha256 });
        return await command.ExecuteScalarAsync() is null
            ? null
            : await HashAsync(Path.Combine(folder, "server", "sessions", take.Paths.Id.SessionId.Value, take.Paths.Id.CameraId.Value, "recording.mp4")) ?? "nothing";
    }

    /// <summary>As the node's sealer leaves a take, and known to a node that runs.</summary>
    private void Lay()
    {
        var id = new TakeId(SessionId.Parse(string.Create(CultureInfo.InvariantCulture, $"KILL{takes.Count:0000}")), CameraId.Left);
        var paths = TakePaths.Of(storage, id);
        var file = SampleTake.Mp4(random.Next(8) == 0 ? 9_500_000 : random.Next(600_000, 3_000_000), random.Next());
        Directory.CreateDirectory(paths.RecordingFolder);
        Directory.CreateDirectory(paths.ManifestFolder);
        File.WriteAllBytes(paths.Video, file);
        File.WriteAllBytes(paths.Manifest, Encoding.UTF8.GetBytes(SampleTake.Manifest(file, id.SessionId.Value, id.CameraId.Value, 1, "stopped", "CAM_L", "CAM_R").ToJsonString()));
        takes.Add(new LaidTake(paths, SampleTake.Sha256(file)));
        node?.Send(HandOverHosts.TakeOrder + id);
    }

    private Task UntilAsync(string what, Func<bool> condition) => Eventually.HoldsAsync(
        condition, () => $"It was to come true that {what} (seed {seed}).\nThe node:\n{node?.Tail()}\nThe server:\n{server?.Tail()}", Timeout, TimeSpan.FromMilliseconds(10));

    private static async Task<string?> HashAsync(string path)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string[] NodeSettings() =>
    [
        "--Rig:Node:CameraId=CAM_L", "--Rig:Node:ListenAddress=127.0.0.1", $"--Rig:Node:Port={nodePort}", "--Rig:Node:ProductionMode=true",
        $"--Rig:Node:ConfigPath={Path.Combine(folder, "node", "config.json")}", "--Rig:Audio:Enabled=false",
        "--Rig:Trust:AllowPlainMachines=true", $"--Rig:Trust:Directory={Path.Combine(folder, "node", "trust")}",
        $"--Rig:Storage:RecordingsPath={storage.RecordingsPath}", $"--Rig:Storage:ManifestsPath={storage.ManifestsPath}", "--Rig:Storage:MinFreeSpaceGb=0", "--Rig:Storage:DeleteAfterConfirm=true",
    ];

    private string[] ServerSettings() =>
    [
        $"--Rig:Storage:SessionsPath={Path.Combine(folder, "server", "sessions")}", $"--Rig:Storage:ProcessingPath={Path.Combine(folder, "server", "processing")}",
        $"--Rig:Storage:TempPath={Path.Combine(folder, "server", "temp")}", "--Rig:Storage:MinFreeSpaceGb=0", "--Rig:Server:Host=127.0.0.1", "--Rig:Server:Port=0",
        "--Rig:Trust:AllowPlainMachines=true", $"--Rig:Trust:Directory={Path.Combine(folder, "server", "trust")}",
        "--Rig:Database:AutoUpgrade=true", "--Rig:Database:ConnectionString=" + database, $"--Rig:Nodes:0=http://127.0.0.1:{nodePort}", "--Rig:Pull:PollInterval=00:00:00.050",
        "--Rig:Pull:RetryDelay=00:00:00.050", "--Rig:Pull:MaxRetryDelay=00:00:00.200", "--Rig:Pull:CutPause=00:00:00.010", "--Rig:Pull:LeaseDuration=00:00:01", "--Rig:Pull:MaxConcurrentTakesPerNode=2",
    ];

    private sealed class LaidTake(TakePaths paths, string sha256)
    {
        public TakePaths Paths => paths;

        public string Sha256 => sha256;

        /// <summary>Seen with the node's receipt and on the server.</summary>
        public bool IsHandedOver { get; set; }
    }
}
