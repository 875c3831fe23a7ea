extern alias ctl;
using System.Globalization;
using Npgsql;
using Rig.Rehearsal.Demo;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Faults.HandOver;

/// <summary>Two <c>rig-ingest</c> processes with one storage and one database.</summary>
[Collection(PostgresTests.Name)]
public sealed class TwoServerProcessesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";
    private const int RangeBytes = 2 << 20;
    private const int Takes = 6;

    private readonly TempFolder folder = new("rig-two-servers");
    private readonly Dictionary<string, byte[]> files = [];
    private ScriptedNode node = null!;
    private string database = "";
    private NpgsqlDataSource data = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        data = NpgsqlDataSource.Create(database);
        node = await ScriptedNode.StartAsync();
        for (var take = 1; take <= Takes; take++)
        {
            var file = SampleTake.Mp4((3 * RangeBytes) + take, seed: take);
            files[take == 1 ? $"{Session}_CAM_C" : $"{Session}_CAM_C_T{take}"] = file;
            node.Add(file, Session, "CAM_C", take, "stopped", "CAM_L", "CAM_C");
        }
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await data.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task They_bring_different_takes_and_one_goes_on_at_the_byte_with_what_the_other_held_when_it_was_killed()
    {
        // Nobody gets past the second range of a take for now.
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.BeforeRange = async offset =>
        {
            if (offset >= 2 * RangeBytes)
            {
                await released.Task;
            }
        };

        var first = Start("one");
        await using var second = Start("two");
        var claims = new Dictionary<string, int>();
        try
        {
            // Both hold one take each, another one, and have written what they may.
            await Eventually.HoldsAsync(async () => (claims = await ClaimsAsync()).Values.Distinct().Count() == 2 && Parts().Values.Count(length => length >= 2 * RangeBytes) == 2);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The two servers did not begin one take each.\n{first.Tail(30)}\n{second.Tail(30)}");
        }

        Assert.Equal(2, claims.Count);
        var orphan = claims.Single(claim => claim.Value == first.ProcessId).Key;
        await first.KillAsync();
        var durable = Parts()[orphan];
        var before = node.RangesFrom.Count;
        released.SetResult();

        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        Assert.Equal(Takes, node.Confirmations.Count);
        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllBytes(VideoPath(file.Key))));
        Assert.Equal(Takes, await CountAsync("SELECT count(*) FROM ingest.takes WHERE damaged_at IS NULL"));

        // The dead one's take began again at the byte that had been reached: only the takes that nobody had begun were asked for from their first byte.
        var after = node.RangesFrom.Skip(before).ToList();
        Assert.Equal(Takes - 2, after.Count(from => from == 0));
        Assert.Contains(durable, after);
        await Eventually.HoldsAsync(async () => await CountAsync("SELECT count(*) FROM ingest.take_leases") == 0);
    }

    private DemoProcess Start(string name)
    {
        var settings = new Dictionary<string, string>
        {
            ["Rig__Trust__Directory"] = folder.File("trust"),
            ["Rig__Trust__AllowPlainMachines"] = "true",
            ["Rig__Storage__SessionsPath"] = folder.File("sessions"),
            ["Rig__Storage__ProcessingPath"] = folder.File("processing"),
            ["Rig__Storage__TempPath"] = folder.File("temp"),
            ["Rig__Storage__MinFreeSpaceGb"] = "0",
            ["Rig__Server__Host"] = "127.0.0.1",
            ["Rig__Server__Port"] = "0",
            ["Rig__Operations__Enabled"] = "false",
            ["Rig__Database__AutoUpgrade"] = "true",
            ["Rig__Database__ConnectionString"] = database,
            ["Rig__Nodes__0"] = node.Url,
            ["Rig__Pull__PollInterval"] = "00:00:00.050",
            ["Rig__Pull__RetryDelay"] = "00:00:00.050",
            ["Rig__Pull__MaxRetryDelay"] = "00:00:00.200",
            ["Rig__Pull__LeaseDuration"] = "00:00:03",
        };
        return DemoProcess.Start(name, "rig-ingest", [], settings, folder.Path);
    }

    /// <returns>For each take that is being brought, the process that claims it.</returns>
    private async Task<Dictionary<string, int>> ClaimsAsync()
    {
        var claims = new Dictionary<string, int>();
        if (await CountAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'ingest' AND table_name = 'take_leases'") == 0)
        {
            return claims;
        }

        await using var command = data.CreateCommand("SELECT take, claim FROM ingest.take_leases WHERE lease_until > clock_timestamp()");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // machine:process/claim
            var claim = reader.GetString(1);
            var take = reader.GetInt32(0);
            claims[take == 1 ? $"{Session}_CAM_C" : $"{Session}_CAM_C_T{take}"] = int.Parse(claim[(claim.LastIndexOf(':') + 1)..claim.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        }

        return claims;
    }

    /// <returns>How much of each take lies half pulled.</returns>
    private Dictionary<string, long> Parts() => Directory.Exists(folder.File("temp"))
        ? new DirectoryInfo(folder.File("temp")).GetFiles("pull-*.part").ToDictionary(file => file.Name.Split('-')[1], file => file.Length)
        : [];

    private string VideoPath(string id)
    {
        var camera = folder.File("sessions", Session, "CAM_C");
        var take = id.LastIndexOf("_T", StringComparison.Ordinal);
        return take < 0 ? Path.Combine(camera, "recording.mp4") : Path.Combine(camera, "take-" + id[(take + 2)..], "recording.mp4");
    }

    private async Task<long> CountAsync(string query)
    {
        await using var command = data.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
