using System.Net.Http.Json;
using System.Text.Json;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Identity;
using Rig.Tests.Capture;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Faults;

/// <summary>kill -9 of a whole rig-node with its capture process and encoder, as it runs on a camera box.</summary>
public sealed class KilledNodeProcessTests : IDisposable
{
    private const long MayBeLostNs = 250_000_000;

    private readonly TempFolder folder = new("rig-node-killed");
    private readonly TakeBench bench;

    public KilledNodeProcessTests() => bench = new TakeBench(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_killed_node_comes_back_with_its_take_sealed_and_records_the_next()
    {
        var random = new Random(5);
        for (var kill = 0; kill < 3; kill++)
        {
            var session = $"KILL{kill}";
            using var node = Start();
            await node.UntilReadyAsync();
            await node.PostAsync("/api/v1/record/start", new { session_id = session });
            var seen = await node.UntilFramesAsync(random.Next(20, 40));
            var written = seen.GetProperty("recording").GetProperty("frames").GetInt64();
            var killedNs = MonotonicClock.NowNs;
            await node.KillAsync();

            // What the dead node left: nobody has touched it yet.
            Assert.Equal(CheckCodes.Unsealed, Assert.Single(StorageCheck.Run(bench.Storage).Findings, f => f.Code != CheckCodes.Orphan).Code);
            await bench.RestartAsync();
            var paths = TakePaths.Of(bench.Storage, new TakeId(SessionId.Parse(session), CameraId.Left));
            var index = FrameIndex.Read(await File.ReadAllBytesAsync(paths.Index));
            AssertLittleIsLost(index, killedNs, written);
            Assert.Equal(index.Count, (await Ffmpeg.PatternNumbersAsync(paths.Video)).Count);
        }

        Assert.Empty(StorageCheck.Run(bench.Storage).Findings);
        using var last = Start();
        await last.UntilReadyAsync();
        var takes = await last.Http.GetFromJsonAsync<JsonElement>("/api/v1/recordings");
        Assert.Equal(["KILL2", "KILL1", "KILL0"], takes.GetProperty("recordings").EnumerateArray().Select(t => t.GetProperty("session_id").GetString()));
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_does_not_start()
    {
        using var first = Start();
        await first.UntilReadyAsync();
        using var second = Start();
        await second.Process.WaitForExitAsync().WaitAsync(NodeProcess.Timeout);
        Assert.Equal(1, second.Process.ExitCode);
        Assert.Contains("Another rig-node records into", await second.Process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Within the promise; or, where this machine is too busy to film in real time, all but the open fragment of what the node said
    /// that it had.
    /// </summary>
    private static void AssertLittleIsLost(IReadOnlyList<IndexRecord> index, long killedNs, long writtenFrames)
    {
        const int fragmentFrames = 5;
        var lostNs = killedNs - index[^1].MonotonicNs;
        Assert.True(lostNs <= MayBeLostNs || index.Count >= writtenFrames - fragmentFrames, $"{lostNs / 1_000_000} ms are lost, {index.Count} of {writtenFrames} frames left");
    }

    private NodeProcess Start() => NodeProcess.Start(bench.Storage, folder.File("config.json"));
}
