using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Api;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Upload;

/// <summary>Whatever comes in, what reads it answers or refuses, and nothing outside of what is meant comes to be.</summary>
[Collection(PostgresTests.Name)]
public sealed class UploadFuzzTests(PostgresFixture postgres)
{
    private const int Seed = 42;

    private static readonly string[] Tricks =
    [
        "..", "../../etc", "..\\..\\x", "/etc/passwd", "C:\\x", "%2e%2e%2f", "..%c0%af", "a/b", "a\0b", "\0", "CON", "nul", "LPT1", "COM1.txt", ".hidden", "~root", "a b", "a\nb",
        "GAME\uFF0Fx", "GAME\u2215x", "\u202Egnp", "GAME\u0131", "\uD83D\uDE00", "$(id)", "`id`", "'; DROP TABLE ingest.takes; --", "<script>", "{0}", new string('a', 65), new string('/', 5000),
    ];

    [Fact]
    public void A_search_across_segments_finds_what_a_search_in_one_piece_finds()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 5000; round++)
        {
            // Few letters, so that the pattern nearly appears everywhere.
            var bytes = Letters(random, random.Next(0, 60));
            var pattern = Letters(random, random.Next(1, 7));
            Assert.Equal(bytes.AsSpan().IndexOf(pattern), SequenceSearch.IndexOf(Cut(bytes, random), pattern));
        }
    }

    [Fact]
    public async Task Parts_are_read_as_they_were_written_however_the_network_cuts_them()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            var boundary = "b" + new string('-', random.Next(0, 20)) + random.Next(10);
            var parts = Enumerable.Range(0, random.Next(1, 5)).Select(n => ($"part{n}", Content(random, boundary))).ToList();
            var body = Write(parts, boundary, random);
            var read = await ReadAllAsync(body, boundary, random);
            Assert.Equal(parts.Select(part => part.Item1), read.Select(part => part.Name));
            Assert.All(parts.Zip(read), pair => Assert.Equal(pair.First.Item2, pair.Second.Content));
        }
    }

    [Fact]
    public async Task A_torn_or_damaged_form_is_refused_and_never_anything_worse()
    {
        var random = new Random(Seed);
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            const string Boundary = "bound";
            var body = Write([("file", Content(random, Boundary)), ("x", "1"u8.ToArray())], Boundary, random);
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                body = random.Next(3) switch
                {
                    0 => body[..random.Next(body.Length)],
                    1 => [.. body[..random.Next(body.Length)], (byte)random.Next(256), .. body[random.Next(body.Length)..]],
                    _ => Flip(body, random),
                };
                if (body.Length == 0)
                {
                    break;
                }
            }

            try
            {
                await ReadAllAsync(body, Boundary, random);
            }
            catch (Exception e) when (e is ApiException { Status: 400 } or IOException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 3000);
    }

    [Fact]
    public void A_damaged_manifest_is_refused_and_never_anything_worse()
    {
        var random = new Random(Seed);
        var file = SampleTake.Mp4();
        var facts = new TakeFacts(SessionId.Parse("GAME_20261121_140000"), CameraId.Parse("CAM_C"), Take: null, file.Length, SampleTake.Sha256(file));
        var whole = Encoding.UTF8.GetBytes(SampleTake.Manifest(file).ToJsonString());
        var flat = Encoding.UTF8.GetBytes("""{"session_id":"GAME_20261121_140000","camera_id":"CAM_C","start_time_master":"2026-11-21T14:00:00Z","duration_sec":12.5,"resolution":"1280x720","fps":30}""");
        var refused = 0;
        for (var round = 0; round < 4000; round++)
        {
            var json = random.Next(2) == 0 ? whole : flat;
            json = random.Next(3) switch
            {
                0 => json[..random.Next(json.Length)],
                1 => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace(":", random.Next(2) == 0 ? ":-1e999," : ":[],", StringComparison.Ordinal)),
                _ => Flip(json, random),
            };
            try
            {
                ManifestReader.Read(json, facts);
            }
            catch (IntakeException e)
            {
                Assert.True(e.Fault is IntakeFault.Invalid or IntakeFault.ChecksumMismatch, $"{e.Fault}: {e.Message}");
                refused++;
            }
        }

        Assert.InRange(refused, 2000, 4000);
    }

    [Fact]
    public void Offsets_lengths_and_digests_are_numbers_or_nothing()
    {
        var random = new Random(Seed);
        foreach (var text in new[] { "-1", "+1", "1.0", "0x1", "1e3", " 1 2", "99999999999999999999", "?1", "\u0661", "1,2", "" })
        {
            Assert.Null(UploadHeaders.Integer(With("Upload-Offset", text), "Upload-Offset"));
        }

        Assert.Equal(7, UploadHeaders.Integer(With("Upload-Offset", " 7 ;a=b"), "Upload-Offset"));
        for (var round = 0; round < 3000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 24)).Select(_ => (char)random.Next(32, 127))]);
            var value = UploadHeaders.Integer(With("Upload-Offset", text), "Upload-Offset");
            Assert.True(value is null or >= 0);
            _ = UploadHeaders.Boolean(With("Upload-Complete", text), "Upload-Complete");
            try
            {
                var digest = UploadHeaders.Sha256(With("Repr-Digest", random.Next(2) == 0 ? text : "sha-256=:" + text), "Repr-Digest");
                Assert.True(digest is null or { Length: 64 });
            }
            catch (ApiException e)
            {
                Assert.Equal(400, e.Status);
            }
        }
    }

    [Fact]
    public void An_id_that_is_accepted_is_always_a_plain_name()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var text = round < Tricks.Length ? Tricks[round] : new string([.. Enumerable.Range(0, random.Next(0, 70)).Select(_ => random.Next(4) > 0 ? (char)random.Next(32, 127) : (char)random.Next(char.MaxValue))]);
            if (SessionId.TryParse(text, out var session))
            {
                Assert.Equal("/data/" + session, Path.GetFullPath(Path.Combine("/data", session.Value)));
            }

            if (UploadId.TryParse(text, out var upload))
            {
                Assert.Matches("^[0-9a-f]{32}$", upload.ToString());
            }

            if (CameraId.TryParse(text, out var camera))
            {
                Assert.Matches("^CAM_[A-Z0-9]{1,8}$", camera.Value);
            }
        }
    }

    [Fact]
    public async Task No_path_trick_creates_anything_by_any_way_in()
    {
        using var folder = new TempFolder("rig-tricks");
        await using var server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register);
        var before = Tree(folder);
        var file = SampleTake.Mp4();
        foreach (var trick in Tricks)
        {
            var escaped = Uri.EscapeDataString(trick.Replace("\0", "%00", StringComparison.Ordinal));
            Assert.Equal(400, (await server.UploadAsync(SampleTake.Form(file, session: trick))).Status);
            Assert.Equal(400, (await server.UploadAsync(SampleTake.Form(file, camera: trick))).Status);
            Assert.Equal(400, (await server.ConfirmAsync(new { session_id = trick, camera_id = "CAM_C" })).Status);
            using var video = new ByteArrayContent(file);
            foreach (var (method, path) in new[]
            {
                (HttpMethod.Post, $"/api/v1/upload?session_id={escaped}&camera_id=CAM_C&checksum={SampleTake.Sha256(file)}"),
                (HttpMethod.Patch, "/api/v1/upload/" + escaped), (HttpMethod.Delete, "/api/v1/upload/" + escaped),
                (HttpMethod.Post, $"/api/session/{escaped}/manifest"),
            })
            {
                using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(file) };
                request.Headers.Add("Upload-Complete", "?0");
                request.Headers.Add("Upload-Offset", "0");
                request.Content.Headers.ContentType = new("application/partial-upload");
                using var reply = await server.Http.SendAsync(request);
                Assert.InRange((int)reply.StatusCode, 400, 499);
            }
        }

        Assert.Equal(before, Tree(folder));
    }

    /// <summary>All there is, but for the export of the jobs that the server itself writes when it likes.</summary>
    private static List<string> Tree(TempFolder folder) =>
        Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(folder.File("processing", "jobs.json"), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList();

    private static byte[] Letters(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)"ab\r"[random.Next(3)])];

    private static byte[] Flip(byte[] bytes, Random random)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    /// <summary>Content that begins like a boundary wherever it can, and is none.</summary>
    private static byte[] Content(Random random, string boundary)
    {
        var text = new StringBuilder();
        for (var n = random.Next(0, 12); n > 0; n--)
        {
            text.Append(random.Next(4) switch { 0 => "\r\n--", 1 => "\r\n--" + boundary[..^1] + "!", 2 => "\r", _ => "video" });
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static byte[] Write(IReadOnlyList<(string Name, byte[] Content)> parts, string boundary, Random random)
    {
        var body = new List<byte>();
        if (random.Next(4) == 0)
        {
            body.AddRange("a preamble\r\n"u8);
        }

        foreach (var (name, content) in parts)
        {
            body.AddRange(Encoding.ASCII.GetBytes($"--{boundary}{(random.Next(4) == 0 ? " " : "")}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{(random.Next(2) == 0 ? "Content-Type: video/mp4\r\n" : "")}\r\n"));
            body.AddRange(content);
            body.AddRange("\r\n"u8);
        }

        body.AddRange(Encoding.ASCII.GetBytes($"--{boundary}--{(random.Next(2) == 0 ? "\r\n" : "")}"));
        return [.. body];
    }

    private static async Task<List<(string Name, byte[] Content)>> ReadAllAsync(byte[] body, string boundary, Random random)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = $"multipart/form-data; boundary=\"{boundary}\"";
        context.Features.Set<IRequestBodyPipeFeature>(new Body(PipeReader.Create(Cut(body, random))));
        var form = MultipartBody.Of(context.Request);
        var parts = new List<(string, byte[])>();
        while (await form.NextAsync(CancellationToken.None) is { } name)
        {
            parts.Add((name, await form.BytesAsync(name, 100_000, CancellationToken.None)));
        }

        return parts;
    }

    private static HttpRequest With(string name, string value)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[name] = value;
        return context.Request;
    }

    /// <summary>The same bytes in segments of random lengths, empty ones among them.</summary>
    private static ReadOnlySequence<byte> Cut(byte[] bytes, Random random)
    {
        var first = new Segment(bytes.AsMemory(0, 0), 0);
        var last = first;
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, random.Next(0, 9));
            last = last.Append(bytes.AsMemory(at, length));
            at += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long before) => (Memory, RunningIndex) = (memory, before);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
