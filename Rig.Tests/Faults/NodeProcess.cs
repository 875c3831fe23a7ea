using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Rig.CameraNode.Cameras;
using Rig.CameraNode.Storage;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Faults;

/// <summary>A whole rig-node in a process of its own, filming a small test pattern, alone in its cluster.</summary>
internal sealed class NodeProcess : IDisposable
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;

    private NodeProcess(Process process, Uri address, string cookie) => (Process, http) = (
        process,
        new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address, Timeout = Timeout, DefaultRequestHeaders = { { "Cookie", cookie } } });

    internal Process Process { get; }

    /// <summary>An owner's.</summary>
    internal HttpClient Http => http;

    /// <param name="more">Settings beside the usual ones, below <c>Rig</c>.</param>
    internal static NodeProcess Start(StorageOptions storage, string configPath, IReadOnlyDictionary<string, string>? more = null)
    {
        var port = FreePort.Next();
        var command = CaptureProcess.OwnCommand();
        var start = new ProcessStartInfo(command[0], command.Skip(1).Take(command.Count - 2)) { RedirectStandardError = true, RedirectStandardInput = true };
        var settings = new Dictionary<string, string>
        {
            ["Node__CameraId"] = "CAM_L",
            ["Node__ListenAddress"] = "127.0.0.1",
            ["Node__Port"] = Text(port),
            ["Node__ClusterPort"] = Text(FreePort.Next()),
            ["Node__IsMaster"] = "true",
            ["Node__ExpectedCameras__0"] = "CAM_L",
            ["Node__ConfigPath"] = configPath,
            ["Storage__RecordingsPath"] = storage.RecordingsPath,
            ["Storage__ManifestsPath"] = storage.ManifestsPath,
            ["Storage__MinFreeSpaceGb"] = "0",
            ["Guards__Temperature"] = "ignore",
            ["Audio__Enabled"] = "false",
            // What comes back records only what the test starts.
            ["Session__ResumeWithin"] = "00:00:00",
            ["Camera__Source"] = "pattern",
            ["Camera__Width"] = "320",
            ["Camera__Height"] = "180",
            ["Camera__BitrateMbps"] = "1",
            ["Camera__Preset"] = "ultrafast",
        };
        foreach (var (key, value) in settings.Concat(more ?? new Dictionary<string, string>()))
        {
            start.Environment["Rig__" + key] = value;
        }

        var cookie = NodeDevice.Pair(configPath);
        return new NodeProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{Text(port)}"), cookie);
    }

    internal Task<JsonElement> UntilReadyAsync() => UntilAsync(status => status.GetProperty("ready").GetBoolean());

    internal Task<JsonElement> UntilFramesAsync(int wanted) => UntilAsync(status => status.GetProperty("recording").GetProperty("frames").GetInt64() >= wanted);

    internal async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    internal async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    /// <summary>Kills it if it still runs: no test leaves a node behind.</summary>
    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
        http.Dispose();
    }

    private async Task<JsonElement> UntilAsync(Func<JsonElement, bool> condition)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (true)
        {
            try
            {
                var status = await http.GetFromJsonAsync<JsonElement>("/api/v1/status", timeout.Token);
                if (condition(status))
                {
                    return status;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await RealTime.PassAsync(TimeSpan.FromMilliseconds(10), timeout.Token);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
