using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Tests.Capture;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Faults;

/// <summary>kill -9 of a whole rig-node with its capture process and encoder, as it runs on a camera box.</summary>
public sealed class KilledNodeProcessTests : IDisposable
{
    private const long MayBeLostNs = 250_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder folder = new("rig-node-killed");
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly TakeBench bench;

    public KilledNodeProcessTests() => bench = new TakeBench(folder);

    public void Dispose()
    {
        http.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_killed_node_comes_back_with_its_take_sealed_and_records_the_next()
    {
        var random = new Random(5);
        for (var kill = 0; kill < 3; kill++)
        {
            var session = $"KILL{kill}";
            var (node, address) = Start();
            using (node)
            {
                await UntilReadyAsync(address);
                using var started = await http.PostAsJsonAsync(new Uri(address, "/api/v1/record/start"), new { session_id = session });
                Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync());
                var wanted = random.Next(20, 40);
                await UntilAsync(address, status => status.GetProperty("recording").GetProperty("frames").GetInt64() >= wanted);
                var killedNs = MonotonicClock.NowNs;
                node.Kill();
                await node.WaitForExitAsync();

                // What the dead node left: nobody has touched it yet.
                Assert.Equal(CheckCodes.Unsealed, Assert.Single(StorageCheck.Run(bench.Storage).Findings, f => f.Code != CheckCodes.Orphan).Code);
                await bench.RestartAsync();
                var paths = TakePaths.Of(bench.Storage, new RecordingId(SessionId.Parse(session), CameraId.Left));
                var index = FrameIndex.Read(await File.ReadAllBytesAsync(paths.Index));
                Assert.True(killedNs - index[^1].MonotonicNs <= MayBeLostNs, $"{(killedNs - index[^1].MonotonicNs) / 1_000_000} ms are lost");
                Assert.Equal(index.Count, (await Ffmpeg.PatternNumbersAsync(paths.Video)).Count);
            }
        }

        Assert.Empty(StorageCheck.Run(bench.Storage).Findings);
        var (last, lastAddress) = Start();
        using (last)
        {
            await UntilReadyAsync(lastAddress);
            var takes = await http.GetFromJsonAsync<JsonElement>(new Uri(lastAddress, "/api/v1/recordings"));
            Assert.Equal(["KILL2", "KILL1", "KILL0"], takes.GetProperty("recordings").EnumerateArray().Select(t => t.GetProperty("session_id").GetString()));
            last.Kill();
            await last.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_does_not_start()
    {
        var (first, address) = Start();
        using (first)
        {
            await UntilReadyAsync(address);
            var (second, _) = Start();
            using (second)
            {
                await second.WaitForExitAsync().WaitAsync(Patience);
                Assert.Equal(1, second.ExitCode);
                Assert.Contains("Another rig-node records into", await second.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
            }

            first.Kill();
            await first.WaitForExitAsync();
        }
    }

    private (Process Node, Uri Address) Start()
    {
        var port = FreePort();
        var command = CaptureProcess.OwnCommand();
        var start = new ProcessStartInfo(command[0], command.Skip(1).Take(command.Count - 2)) { RedirectStandardError = true, RedirectStandardInput = true };
        var settings = new Dictionary<string, string>
        {
            ["Node__CameraId"] = "CAM_L",
            ["Node__ListenAddress"] = "127.0.0.1",
            ["Node__Port"] = Text(port),
            ["Node__ClusterPort"] = Text(FreePort()),
            ["Node__IsMaster"] = "true",
            ["Node__ExpectedCameras__0"] = "CAM_L",
            ["Node__ConfigPath"] = folder.File("config.json"),
            ["Storage__RecordingsPath"] = bench.Storage.RecordingsPath,
            ["Storage__ManifestsPath"] = bench.Storage.ManifestsPath,
            ["Storage__MinFreeSpaceGb"] = "0",
            ["Guards__Temperature"] = "ignore",
            ["Audio__Enabled"] = "false",
            ["Camera__Source"] = "pattern",
            ["Camera__Width"] = "320",
            ["Camera__Height"] = "180",
            ["Camera__BitrateMbps"] = "1",
            ["Camera__Preset"] = "ultrafast",
        };
        foreach (var (key, value) in settings)
        {
            start.Environment["Rig__" + key] = value;
        }

        return (Process.Start(start)!, new Uri($"http://127.0.0.1:{Text(port)}"));
    }

    private Task<JsonElement> UntilReadyAsync(Uri address) => UntilAsync(address, status => status.GetProperty("ready").GetBoolean());

    private async Task<JsonElement> UntilAsync(Uri address, Func<JsonElement, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                var status = await http.GetFromJsonAsync<JsonElement>(new Uri(address, "/api/v1/status"), patience.Token);
                if (condition(status))
                {
                    return status;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(10, patience.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
