using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Upload;

/// <summary>draft-ietf-httpbis-resumable-upload, interop version 8.</summary>
[Collection(PostgresTests.Name)]
public sealed class ResumableUploadTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-resumable");
    private string database = "";
    private IngestServer server = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        server = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    private Task<IngestServer> StartAsync() => IngestServer.StartAsync(folder, database, ScriptedStages.Register, "--Rig:Server:MaxUploadSizeGb=0.01");

    [Fact]
    public async Task A_whole_take_in_one_request_is_answered_as_a_form_would_be()
    {
        var file = SampleTake.Mp4(payloadBytes: 700_000);
        using var reply = await CreateAsync(file, file, complete: true);

        Assert.Equal(200, (int)reply.StatusCode);
        Assert.Equal("?1", Header(reply, "Upload-Complete"));
        Assert.Equal(SampleTake.Sha256(file), (string)(await BodyAsync(reply))["checksum_sha256"]!);
        AssertHeld(file);
    }

    [Fact]
    public async Task Video_without_the_drafts_fields_is_received_as_well()
    {
        var file = SampleTake.Mp4();
        using var reply = await CreateAsync(file, file, complete: null);

        Assert.Equal(200, (int)reply.StatusCode);
        AssertHeld(file);
    }

    [Fact]
    public async Task An_interim_104_tells_where_to_resume_before_the_body_is_sent()
    {
        var file = SampleTake.Mp4();
        using var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await connection.SendAsync(Head("POST", CreatePath(file), file.Length, "Upload-Complete: ?1\r\nUpload-Draft-Interop-Version: 8\r\n"));

        var interim = await connection.ReadAsync();
        Assert.Equal(104, interim.Status);
        Assert.Equal("8", interim.Headers["Upload-Draft-Interop-Version"]);
        Assert.Contains("max-size=10000000", interim.Headers["Upload-Limit"], StringComparison.Ordinal);
        Assert.StartsWith("/api/v1/upload/", interim.Headers["Location"], StringComparison.Ordinal);

        await connection.SendAsync(file);
        var final = await connection.ReadAsync();
        Assert.Equal(200, final.Status);
        Assert.Equal("?1", final.Headers["Upload-Complete"]);
        AssertHeld(file);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upload-Draft-Interop-Version: 7\r\n")]
    public async Task A_client_of_another_version_gets_no_104(string version)
    {
        var file = SampleTake.Mp4();
        using var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await connection.SendAsync(Head("POST", CreatePath(file), file.Length, "Upload-Complete: ?1\r\n" + version));
        await connection.SendAsync(file);

        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Fact]
    public async Task A_cut_upload_goes_on_at_the_byte_also_after_a_restart()
    {
        var file = SampleTake.Mp4(payloadBytes: 3_000_000);
        string location;
        using (var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!))
        {
            await connection.SendAsync(Head("POST", CreatePath(file), file.Length, "Upload-Complete: ?1\r\nUpload-Draft-Interop-Version: 8\r\n"));
            location = (await connection.ReadAsync()).Headers["Location"];
            await connection.SendAsync(file.AsMemory(0, 1_500_000));
        }

        var offset = await OffsetAsync(location);
        // What the network had brought when the connection ended is not asked for again.
        Assert.InRange(offset, 1, 1_500_000);
        await server.DisposeAsync();
        server = await StartAsync();
        Assert.Equal(offset, await OffsetAsync(location));

        using var reply = await AppendAsync(location, offset, file.AsMemory((int)offset), complete: true);
        Assert.Equal(200, (int)reply.StatusCode);
        Assert.Equal("?1", Header(reply, "Upload-Complete"));
        AssertHeld(file);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_broken_connection_had_brought_is_kept(bool whileReading)
    {
        var file = SampleTake.Mp4(payloadBytes: 200_000);
        using (var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!))
        {
            await connection.SendAsync(Head("POST", CreatePath(file), file.Length, "Upload-Complete: ?1\r\nUpload-Draft-Interop-Version: 8\r\n"));
            await connection.ReadAsync();
            if (whileReading)
            {
                await connection.SendAsync(file.AsMemory(0, 5000));
                await Eventually.HoldsAsync(() => Unfinished().Length == 5000);
            }

            await connection.SendAsync(file.AsMemory(whileReading ? 5000 : 0, whileReading ? 60_000 : 65_000));
        }

        await Eventually.HoldsAsync(() => Unfinished().Length == 65_000);
        FileInfo Unfinished() => Assert.Single(new DirectoryInfo(folder.File("temp")).GetFiles("unfinished-*.part"));
    }

    [Fact]
    public async Task A_take_may_come_in_parts()
    {
        var file = SampleTake.Mp4(payloadBytes: 300_000);
        string location;
        using (var created = await CreateAsync(file, [], complete: false, file.Length))
        {
            Assert.Equal(201, (int)created.StatusCode);
            Assert.Equal("?0", Header(created, "Upload-Complete"));
            Assert.Equal("0", Header(created, "Upload-Offset"));
            Assert.Contains("max-age=", Header(created, "Upload-Limit"), StringComparison.Ordinal);
            location = created.Headers.Location!.ToString();
        }

        for (var offset = 0; offset < file.Length; offset += 100_000)
        {
            using var part = await AppendAsync(location, offset, file.AsMemory(offset, Math.Min(100_000, file.Length - offset)), complete: false);
            Assert.Equal(204, (int)part.StatusCode);
            Assert.Equal("?0", Header(part, "Upload-Complete"));
        }

        using var head = await HeadAsync(location);
        Assert.Equal(204, (int)head.StatusCode);
        Assert.Equal(file.Length.ToString(CultureInfo.InvariantCulture), Header(head, "Upload-Offset"));
        Assert.Equal(file.Length.ToString(CultureInfo.InvariantCulture), Header(head, "Upload-Length"));
        Assert.Equal("?0", Header(head, "Upload-Complete"));
        Assert.Equal("no-store", head.Headers.CacheControl!.ToString());

        using var last = await AppendAsync(location, file.Length, default, complete: true);
        Assert.Equal(200, (int)last.StatusCode);
        AssertHeld(file);
    }

    [Fact]
    public async Task A_lost_final_answer_is_given_again()
    {
        var file = SampleTake.Mp4();
        using var created = await CreateAsync(file, file, complete: false);
        var location = created.Headers.Location!.ToString();
        using var first = await AppendAsync(location, file.Length, default, complete: true);

        using var head = await HeadAsync(location);
        Assert.Equal("?1", Header(head, "Upload-Complete"));
        using var again = await AppendAsync(location, file.Length, default, complete: true);
        Assert.Equal(200, (int)again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_wrong_offset_is_a_conflict_that_names_the_right_one()
    {
        var file = SampleTake.Mp4(payloadBytes: 1000);
        using var created = await CreateAsync(file, file[..100], complete: false);
        using var reply = await AppendAsync(created.Headers.Location!.ToString(), 200, file.AsMemory(200), complete: true);

        Assert.Equal(409, (int)reply.StatusCode);
        Assert.Equal("100", Header(reply, "Upload-Offset"));
        Assert.Equal("?0", Header(reply, "Upload-Complete"));
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType!.MediaType);
        var problem = await BodyAsync(reply);
        Assert.Equal("https://iana.org/assignments/http-problem-types#mismatching-upload-offset", (string)problem["type"]!);
        Assert.Equal(100, (int)problem["expected-offset"]!);
        Assert.Equal(200, (int)problem["provided-offset"]!);
    }

    [Fact]
    public async Task Lengths_that_contradict_each_other_are_refused()
    {
        var file = SampleTake.Mp4(payloadBytes: 1000);
        using (var created = await CreateAsync(file, file, complete: true, length: 5))
        {
            Assert.Equal(400, (int)created.StatusCode);
            Assert.EndsWith("#inconsistent-upload-length", (string)(await BodyAsync(created))["type"]!, StringComparison.Ordinal);
        }

        using var partly = await CreateAsync(file, file[..100], complete: false, length: file.Length);
        using var early = await AppendAsync(partly.Headers.Location!.ToString(), 100, file.AsMemory(100, 100), complete: true);
        Assert.Equal(400, (int)early.StatusCode);
        Assert.EndsWith("#inconsistent-upload-length", (string)(await BodyAsync(early))["type"]!, StringComparison.Ordinal);
        using var beyond = await AppendAsync(partly.Headers.Location!.ToString(), 100, new byte[file.Length], complete: false);
        Assert.Equal(400, (int)beyond.StatusCode);
    }

    [Fact]
    public async Task Content_that_is_not_what_its_digest_says_is_not_appended()
    {
        var file = SampleTake.Mp4(payloadBytes: 1000);
        using var created = await CreateAsync(file, file[..500], complete: false);
        var location = created.Headers.Location!.ToString();
        var flipped = file[500..];
        flipped[10] ^= 1;
        using (var refused = await AppendAsync(location, 500, flipped, complete: true, digestOf: file[500..]))
        {
            Assert.Equal(400, (int)refused.StatusCode);
            Assert.Equal("?0", Header(refused, "Upload-Complete"));
        }

        Assert.Equal(500, await OffsetAsync(location));
        using var right = await AppendAsync(location, 500, file.AsMemory(500), complete: true, digestOf: file[500..]);
        Assert.Equal(200, (int)right.StatusCode);
        AssertHeld(file);
    }

    [Fact]
    public async Task Wrong_bytes_in_the_end_are_refused_and_nothing_of_them_stays()
    {
        var file = SampleTake.Mp4();
        using var created = await CreateAsync(file, SampleTake.Mp4(seed: 7), complete: true);

        Assert.Equal(400, (int)created.StatusCode);
        Assert.Equal("?1", Header(created, "Upload-Complete"));
        Assert.Equal("Checksum mismatch", (string)(await BodyAsync(created))["error"]!);
        Assert.Empty(server.Files("temp"));
        Assert.Empty(server.Files("sessions"));
    }

    [Fact]
    public async Task Bytes_that_are_no_video_end_the_upload_at_once()
    {
        var file = SampleTake.Mp4();
        using var created = await CreateAsync(file, Encoding.ASCII.GetBytes("#!/bin/sh and more"), complete: false);

        Assert.Equal(400, (int)created.StatusCode);
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone_with_its_bytes()
    {
        var file = SampleTake.Mp4();
        using var created = await CreateAsync(file, file[..100], complete: false);
        var location = created.Headers.Location!.ToString();
        Assert.Single(server.Files("temp"));

        using (var deleted = await server.Http.DeleteAsync(location))
        {
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        Assert.Empty(server.Files("temp"));
        using var head = await HeadAsync(location);
        Assert.Equal(404, (int)head.StatusCode);
    }

    [Fact]
    public async Task A_new_request_ends_the_one_before_that_hangs()
    {
        var file = SampleTake.Mp4(payloadBytes: 2000);
        using var hanging = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await hanging.SendAsync(Head("POST", CreatePath(file), file.Length, "Upload-Complete: ?1\r\nUpload-Draft-Interop-Version: 8\r\n"));
        var location = (await hanging.ReadAsync()).Headers["Location"];
        await hanging.SendAsync(file.AsMemory(0, 700));

        // The connection is still open; the client believes it lost.
        await Eventually.HoldsAsync(async () => await OffsetAsync(location) is 0 or 700);
        var offset = await OffsetAsync(location);
        using var reply = await AppendAsync(location, offset, file.AsMemory((int)offset), complete: true);

        Assert.Equal(200, (int)reply.StatusCode);
        AssertHeld(file);
    }

    [Fact]
    public async Task Limits_are_told_before_anything_is_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/upload");
        using var options = await server.Http.SendAsync(request);
        Assert.Equal(204, (int)options.StatusCode);
        Assert.Contains("max-size=10000000", Header(options, "Upload-Limit"), StringComparison.Ordinal);

        var file = SampleTake.Mp4();
        using var tooLarge = await CreateAsync(file, [], complete: false, length: 10_000_001);
        Assert.Equal(413, (int)tooLarge.StatusCode);
        Assert.Contains("max-size=10000000", Header(tooLarge, "Upload-Limit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_resumed_is_said_so()
    {
        var file = SampleTake.Mp4();
        using (var form = new HttpRequestMessage(HttpMethod.Post, "/api/v1/upload") { Content = SampleTake.Form(file), Headers = { { "Upload-Complete", "?0" } } })
        using (var reply = await server.Http.SendAsync(form))
        {
            Assert.Equal(400, (int)reply.StatusCode);
            Assert.Contains("multipart", (string)(await BodyAsync(reply))["error"]!, StringComparison.Ordinal);
        }

        using var created = await CreateAsync(file, [], complete: false);
        using var patch = new HttpRequestMessage(HttpMethod.Patch, created.Headers.Location) { Content = new ByteArrayContent(file), Headers = { { "Upload-Complete", "?1" }, { "Upload-Offset", "0" } } };
        using var wrongType = await server.Http.SendAsync(patch);
        Assert.Equal(415, (int)wrongType.StatusCode);
    }

    [Fact]
    public async Task Manifest_take_and_digest_may_come_in_headers()
    {
        var file = SampleTake.Mp4();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/upload?session_id={Session}&camera_id=CAM_C&take=2") { Content = new ByteArrayContent(file) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        request.Headers.Add("Repr-Digest", "md5=:AAAA:, sha-256=:" + Convert.ToBase64String(SHA256.HashData(file)) + ":");
        request.Headers.Add("Rig-Manifest", Convert.ToBase64String(Encoding.UTF8.GetBytes(SampleTake.Manifest(file, take: 2).ToJsonString())));
        using var reply = await server.Http.SendAsync(request);

        Assert.Equal(200, (int)reply.StatusCode);
        Assert.Equal(Session + "_CAM_C_T2", (string)(await BodyAsync(reply))["recording_id"]!);
    }

    private static string CreatePath(byte[] file) => $"/api/v1/upload?session_id={Session}&camera_id=CAM_C&checksum={SampleTake.Sha256(file)}";

    private static string Head(string method, string path, int length, string more) =>
        $"{method} {path} HTTP/1.1\r\nHost: rig\r\nContent-Type: video/mp4\r\nContent-Length: {length}\r\n{more}\r\n";

    private async Task<HttpResponseMessage> CreateAsync(byte[] file, byte[] content, bool? complete, long? length = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, CreatePath(file)) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        if (complete is { } whole)
        {
            request.Headers.Add("Upload-Complete", whole ? "?1" : "?0");
        }

        if (length is { } bytes)
        {
            request.Headers.Add("Upload-Length", bytes.ToString(CultureInfo.InvariantCulture));
        }

        return await server.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> AppendAsync(string location, long offset, ReadOnlyMemory<byte> content, bool complete, byte[]? digestOf = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new ReadOnlyMemoryContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/partial-upload");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Complete", complete ? "?1" : "?0");
        if (digestOf is not null)
        {
            request.Headers.Add("Content-Digest", "sha-256=:" + Convert.ToBase64String(SHA256.HashData(digestOf)) + ":");
        }

        return await server.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> HeadAsync(string location)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, location);
        return await server.Http.SendAsync(request);
    }

    private async Task<long> OffsetAsync(string location)
    {
        using var head = await HeadAsync(location);
        Assert.Equal(204, (int)head.StatusCode);
        return long.Parse(Header(head, "Upload-Offset"), CultureInfo.InvariantCulture);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static async Task<JsonObject> BodyAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    private void AssertHeld(byte[] file)
    {
        Assert.Equal(file, File.ReadAllBytes(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        Assert.Empty(server.Files("temp"));
    }
}
