using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Rig.CameraNode.Storage.Check;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Faults;

public sealed class DownloadWhileRecordingTests : IDisposable
{
    private const int PartBytes = 9_001;
    private const int Clients = 3;

    private readonly TempFolder folder = new("rig-node-download");
    private readonly TakeBench bench;

    public DownloadWhileRecordingTests() => bench = new TakeBench(folder);

    public void Dispose() => folder.Dispose();

    /// <summary>That it costs the recording no frame is measured by <c>Rig.Bench download-while-recording</c>, on a quiet machine.</summary>
    [Fact]
    public async Task A_take_is_fetched_in_parts_while_the_next_one_is_recorded_and_both_are_whole()
    {
        using var node = NodeProcess.Start(bench.Storage, folder.File("config.json"));
        await node.UntilReadyAsync();
        await node.PostAsync("/api/v1/record/start", new { session_id = "FIRST" });
        await node.UntilFramesAsync(30);
        var first = await node.PostAsync("/api/v1/record/stop", new { });
        await node.PostAsync("/api/v1/record/start", new { session_id = "SECOND" });
        await node.UntilFramesAsync(5);

        var sha256 = first.GetProperty("checksum").GetProperty("value").GetString()!;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => FetchAsync(node.Http, sha256)));

        var seen = (await node.UntilFramesAsync(0)).GetProperty("recording").GetProperty("frames").GetInt32();
        await node.UntilFramesAsync(seen + 10);
        Assert.Equal(HttpStatusCode.NotFound, (await node.Http.GetAsync("/api/v1/recordings/SECOND_CAM_L/download")).StatusCode);
        var second = await node.PostAsync("/api/v1/record/stop", new { });
        Assert.True(second.GetProperty("success").GetBoolean());
        await FetchAsync(node.Http, second.GetProperty("checksum").GetProperty("value").GetString()!, "SECOND");
        Assert.Empty(StorageCheck.Run(bench.Storage, nodeRuns: true).Findings);
    }

    private static async Task FetchAsync(HttpClient http, string sha256, string session = "FIRST")
    {
        using var whole = new MemoryStream();
        long? length = null;
        while (length is null || whole.Length < length)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/recordings/{session}_CAM_L/download");
            request.Headers.Range = new RangeHeaderValue(whole.Length, whole.Length + PartBytes - 1);
            request.Headers.IfRange = new RangeConditionHeaderValue($"\"{sha256}\"");
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            length = answer.Content.Headers.ContentRange!.Length;
            await answer.Content.CopyToAsync(whole);
        }

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(whole.ToArray())));
    }
}
