using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Ingest.Upload;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Upload;

/// <summary>The chunked protocol of older rigs' processing server.</summary>
[Collection(PostgresTests.Name)]
public sealed class ChunkedUploadTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";
    private const int ChunkBytes = 1000;

    private readonly TempFolder folder = new("rig-chunked");
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_take_in_chunks_is_received_and_its_session_shows_it()
    {
        var file = SampleTake.Mp4(payloadBytes: 3500);
        var init = await InitAsync(file);
        Assert.Equal(200, init.Status);
        Assert.Equal(0, (int)init.Body["resume_chunk"]!);
        var id = (string)init.Body["upload_id"]!;
        for (var index = 0; index * ChunkBytes < file.Length; index++)
        {
            var reply = await ChunkAsync(id, file, index);
            Assert.Equal("ok", (string)reply.Body["status"]!);
            Assert.Equal(index, (int)reply.Body["chunk_index"]!);
        }

        var done = await PostAsync("finalize", new { upload_id = id, total_chunks = 4, file_hash = SampleTake.Sha256(file).ToUpperInvariant() });

        Assert.Equal(200, done.Status);
        Assert.Equal("ok", (string)done.Body["status"]!);
        Assert.Equal($"sessions/{Session}/CAM_L/recording.mp4", (string)done.Body["path"]!);
        AssertHeld(file);
        var status = await server.GetAsync($"/api/session/{Session}/status");
        Assert.Equal("incomplete", (string)status.Body["status"]!);
        Assert.Equal("CAM_L", (string)status.Body["recordings"]![0]!);
        Assert.False((bool)status.Body["has_manifest"]!);
        var again = await PostAsync("finalize", new { upload_id = id });
        Assert.Equal(200, again.Status);
    }

    [Fact]
    public async Task A_restart_keeps_the_chunks_and_the_same_file_goes_on_at_the_first_gap()
    {
        var file = SampleTake.Mp4(payloadBytes: 4500);
        var id = (string)(await InitAsync(file)).Body["upload_id"]!;
        await ChunkAsync(id, file, 0);
        await ChunkAsync(id, file, 1);
        await ChunkAsync(id, file, 3);
        await server.DisposeAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);

        var again = await InitAsync(file);
        Assert.Equal(id, (string)again.Body["upload_id"]!);
        Assert.Equal(2, (int)again.Body["resume_chunk"]!);
        var status = await server.GetAsync("/api/upload/status?upload_id=" + id);
        Assert.Equal([2, 4], status.Body["missing"]!.AsArray().Select(index => (int)index!));

        var early = await PostAsync("finalize", new { upload_id = id });
        Assert.Equal(400, early.Status);
        Assert.Equal([2, 4], early.Body["missing"]!.AsArray().Select(index => (int)index!));
        await ChunkAsync(id, file, 4);
        await ChunkAsync(id, file, 2);
        Assert.Equal(200, (await PostAsync("finalize", new { upload_id = id })).Status);
        AssertHeld(file);
    }

    [Fact]
    public async Task Uploads_of_different_files_never_meet()
    {
        var (first, second) = (SampleTake.Mp4(payloadBytes: 2500, seed: 1), SampleTake.Mp4(payloadBytes: 2500, seed: 2));
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n => (string)(await InitAsync(n % 2 == 0 ? first : second)).Body["upload_id"]!));
        Assert.Equal(2, ids.Distinct().Count());

        // Without a hash of the file nothing says that it is the same one.
        var unknown = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (string)(await InitAsync(first, hash: null)).Body["upload_id"]!));
        Assert.Equal(5, unknown.Distinct().Count());
    }

    [Fact]
    public async Task A_broken_chunk_is_refused_and_never_replaces_a_good_one()
    {
        var file = SampleTake.Mp4(payloadBytes: 1500);
        var id = (string)(await InitAsync(file)).Body["upload_id"]!;
        var flipped = (byte[])file.Clone();
        flipped[5] ^= 4;

        var refused = await ChunkAsync(id, flipped, 0, md5Of: file);
        Assert.Equal(400, refused.Status);
        Assert.Equal("Chunk hash mismatch", refused.Error);
        await ChunkAsync(id, file, 0);
        Assert.Equal(400, (await ChunkAsync(id, flipped, 0, md5Of: flipped)).Status);
        await ChunkAsync(id, file, 1);
        Assert.Equal(200, (await PostAsync("finalize", new { upload_id = id })).Status);
        AssertHeld(file);
    }

    [Fact]
    public async Task A_file_that_is_not_what_was_announced_is_refused_and_starts_again()
    {
        var (file, other) = (SampleTake.Mp4(payloadBytes: 1500, seed: 1), SampleTake.Mp4(payloadBytes: 1500, seed: 2));
        var id = (string)(await InitAsync(file)).Body["upload_id"]!;
        await ChunkAsync(id, other, 0);
        await ChunkAsync(id, other, 1);

        var refused = await PostAsync("finalize", new { upload_id = id });

        Assert.Equal(400, refused.Status);
        Assert.Equal("File hash mismatch", refused.Error);
        Assert.Empty(server.Files("temp"));
        Assert.Empty(server.Files("sessions"));
        Assert.NotEqual(id, (string)(await InitAsync(file)).Body["upload_id"]!);
    }

    [Fact]
    public async Task Without_any_checksum_nothing_is_taken_over()
    {
        var file = SampleTake.Mp4(payloadBytes: 1500);
        var id = (string)(await InitAsync(file, hash: null)).Body["upload_id"]!;
        await ChunkAsync(id, file, 0);
        await ChunkAsync(id, file, 1, withHash: false);
        Assert.Equal(400, (await PostAsync("finalize", new { upload_id = id })).Status);
        Assert.Empty(server.Files("sessions"));

        Assert.Equal(200, (await PostAsync("finalize", new { upload_id = id, file_hash = SampleTake.Sha256(file) })).Status);
        AssertHeld(file);
    }

    [Fact]
    public async Task Every_wrong_request_is_refused_by_name_and_creates_nothing()
    {
        var file = SampleTake.Mp4(payloadBytes: 1500);
        foreach (var field in new[] { "node_id", "session_id", "filename", "file_size", "chunk_size" })
        {
            var init = Init(file);
            init.Remove(field);
            var reply = await PostAsync("init", init);
            Assert.Equal(400, reply.Status);
            Assert.Contains(field, reply.Error, StringComparison.Ordinal);
        }

        foreach (var (field, value) in new (string, JsonNode)[]
        {
            ("node_id", "../CAM_L"), ("node_id", "CAM_X"), ("session_id", "../../esc"), ("file_size", 0), ("file_size", -1), ("chunk_size", 0),
            ("file_size", long.MaxValue), ("file_size", "12"), ("chunk_size", 1.5), ("file_hash", "abc"), ("filename", new string('x', 300)),
        })
        {
            var init = Init(file);
            init[field] = value.DeepClone();
            Assert.InRange((await PostAsync("init", init)).Status, 400, 413);
        }

        Assert.Empty(server.Files("temp"));
        Assert.Equal(404, (await ChunkAsync("GAME_CAM_L_1700000000", file, 0)).Status);
        Assert.Equal(404, (await PostAsync("finalize", new { upload_id = new string('0', 32) })).Status);
        var id = (string)(await InitAsync(file)).Body["upload_id"]!;
        Assert.Equal(400, (await SendChunkAsync(Fields(("upload_id", id), ("chunk_index", "0")))).Status);
        Assert.Equal(400, (await SendChunkAsync(Fields(("upload_id", id), ("chunk_index", "2")), file[..10])).Status);
        Assert.Equal(400, (await SendChunkAsync(Fields(("upload_id", id), ("chunk_index", "-1")), file[..10])).Status);
        Assert.Equal(400, (await SendChunkAsync(Fields(("upload_id", id), ("chunk_index", "0")), file[..10])).Status);
        Assert.Equal(400, (await SendChunkAsync(Fields(("upload_id", id), ("chunk_index", "0")), file)).Status);
        Assert.Equal(400, (await PostAsync("finalize", new { upload_id = id, total_chunks = 3 })).Status);
    }

    [Fact]
    public async Task A_file_name_is_never_a_path()
    {
        var file = SampleTake.Mp4(payloadBytes: 500);
        var init = Init(file);
        init["filename"] = "../../../escape.mp4";
        var id = (string)(await PostAsync("init", init)).Body["upload_id"]!;
        await ChunkAsync(id, file, 0);

        Assert.Equal(200, (await PostAsync("finalize", new { upload_id = id })).Status);
        AssertHeld(file);
    }

    [Fact]
    public async Task A_session_is_ready_when_all_nodes_of_its_manifest_are_there()
    {
        Assert.Equal(404, (await server.GetAsync($"/api/session/{Session}/status")).Status);
        using (var content = new StringContent("""{"nodes":["CAM_L"],"title":"Training"}""", Encoding.UTF8, "application/json"))
        using (var stored = await server.Http.PostAsync($"/api/session/{Session}/manifest", content))
        {
            Assert.Equal(200, (int)stored.StatusCode);
        }

        Assert.Equal("incomplete", (string)(await server.GetAsync($"/api/session/{Session}/status")).Body["status"]!);
        var file = SampleTake.Mp4(payloadBytes: 500);
        var id = (string)(await InitAsync(file)).Body["upload_id"]!;
        await ChunkAsync(id, file, 0);
        await PostAsync("finalize", new { upload_id = id });

        var status = await server.GetAsync($"/api/session/{Session}/status");
        Assert.Equal("ready", (string)status.Body["status"]!);
        Assert.True((bool)status.Body["has_manifest"]!);
        var all = JsonNode.Parse(await server.Http.GetStringAsync("/api/sessions"))!.AsArray();
        Assert.Equal(Session, (string)all[0]!["session_id"]!);
        Assert.Equal(1, (int)all[0]!["recordings_count"]!);
        Assert.Equal("ok", (string)(await server.GetAsync("/health")).Body["status"]!);
    }

    [Fact]
    public void A_plan_names_every_chunk_once_and_every_gap()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var (fileBytes, chunkBytes) = (random.NextInt64(1, 5000), random.NextInt64(1, 300));
            Assert.True(ChunkPlan.TryMake(fileBytes, chunkBytes, out var plan));
            Assert.Equal(fileBytes, Enumerable.Range(0, plan.Count).Sum(plan.LengthOf));
            Assert.Equal(fileBytes, plan.OffsetOf(plan.Count - 1) + plan.LengthOf(plan.Count - 1));
            var received = Enumerable.Range(0, plan.Count).Where(_ => random.Next(3) > 0).ToList();
            Assert.Equal(Enumerable.Range(0, plan.Count).Except(received), plan.Missing(received));
            Assert.Equal(plan.Missing(received).FirstOrDefault(plan.Count), ChunkPlan.Contiguous(received));
        }

        Assert.False(ChunkPlan.TryMake(long.MaxValue, 1, out _));
        Assert.False(ChunkPlan.TryMake(1, long.MaxValue, out _));
    }

    private static JsonObject Init(byte[] file, bool hash = true) => new()
    {
        ["node_id"] = "CAM_L",
        ["session_id"] = Session,
        ["filename"] = Session + "_CAM_L.mp4",
        ["file_size"] = file.Length,
        ["chunk_size"] = ChunkBytes,
        ["file_hash"] = hash ? SampleTake.Sha256(file) : null,
    };

    private Task<Reply> InitAsync(byte[] file) => PostAsync("init", Init(file));

    private Task<Reply> InitAsync(byte[] file, string? hash) => PostAsync("init", Init(file, hash is not null));

    private async Task<Reply> PostAsync(string route, object body)
    {
        using var content = new StringContent(body is JsonNode node ? node.ToJsonString() : JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync("/api/upload/" + route, content);
        return await Reply.ReadAsync(response);
    }

    private Task<Reply> ChunkAsync(string id, byte[] file, int index, byte[]? md5Of = null, bool withHash = true)
    {
        var range = Range(file, index);
        var md5 = Md5((md5Of ?? file)[range]);
        return SendChunkAsync(
            Fields(("upload_id", id), ("chunk_index", index.ToString(CultureInfo.InvariantCulture)), ("chunk_hash", withHash ? md5 : null)), file[range]);
    }

    private static string Md5(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Range Range(byte[] file, int index) => (index * ChunkBytes)..Math.Min(file.Length, (index + 1) * ChunkBytes);

    private static MultipartFormDataContent Fields(params (string, string?)[] fields) => SampleTake.Fields(fields);

    private async Task<Reply> SendChunkAsync(MultipartFormDataContent form, byte[]? chunk = null)
    {
        using (form)
        {
            if (chunk is not null)
            {
                form.Add(new ByteArrayContent(chunk), "chunk", "chunk");
            }

            using var response = await server.Http.PostAsync("/api/upload/chunk", form);
            return await Reply.ReadAsync(response);
        }
    }

    private void AssertHeld(byte[] file)
    {
        Assert.Equal(file, File.ReadAllBytes(folder.File("sessions", Session, "CAM_L", "recording.mp4")));
        Assert.Empty(server.Files("temp"));
    }
}
