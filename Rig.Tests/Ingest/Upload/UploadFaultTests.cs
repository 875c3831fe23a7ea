using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Ingest.Upload;

/// <summary>What goes wrong between a camera and the home server: nothing unverified is confirmed, nothing confirmed is missing.</summary>
[Collection(PostgresTests.Name)]
public sealed class UploadFaultTests(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    /// <summary>What a cut may cost in bytes sent twice.</summary>
    private const long MaxResentBytes = 8 << 20;

    private readonly TempFolder folder = new("rig-faults");
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

    private Task<IngestServer> StartAsync(params string[] settings) => IngestServer.StartAsync(folder, database, ScriptedStages.Register, settings);

    [Fact]
    public async Task A_connection_cut_at_a_thousand_random_bytes_never_costs_a_wrong_byte()
    {
        const int Takes = 40;
        const int CutsEach = 25;
        const int Seed = 20261121;
        var cuts = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Takes), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (take, cancellationToken) =>
        {
            var random = new Random(Seed + take);
            var file = SampleTake.Mp4(payloadBytes: random.Next(20_000, 120_000), seed: take);
            var session = $"CUT_{take}";
            var location = await UploadClient.CreateAsync(server.Http, file, session);
            var offset = 0L;
            for (var cut = 0; cut < CutsEach; cut++)
            {
                using (var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!))
                {
                    // The content is never whole, so that the upload lives through all of its cuts.
                    var part = random.Next(0, (int)Math.Min(file.Length - offset, 2L * file.Length / CutsEach));
                    await connection.SendAsync(UploadClient.PatchHead(location, offset, file.Length - offset));
                    await connection.SendAsync(file.AsMemory((int)offset, part));
                    if (random.Next(2) == 0)
                    {
                        connection.Cut();
                    }
                }

                var (now, complete) = await UploadClient.OffsetAsync(server.Http, location);
                Assert.InRange(now, offset, file.Length);
                Assert.False(complete);
                offset = now;
                Interlocked.Increment(ref cuts);
            }

            var done = await FinishAsync(location, file);
            Assert.True(done.Status == 200, $"seed {Seed + take}: {done.Status} {done.Body}");
            Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", session, "CAM_C", "recording.mp4"), cancellationToken));
        });

        Assert.Equal(Takes * CutsEach, cuts);
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_cut_costs_at_most_eight_megabytes_sent_again()
    {
        var file = SampleTake.Mp4(payloadBytes: 48 << 20);
        var location = await UploadClient.CreateAsync(server.Http, file, Session);
        var offset = 0L;
        for (var cut = 0; cut < 4; cut++)
        {
            const int Part = 11 << 20;
            using (var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!))
            {
                await connection.SendAsync(UploadClient.PatchHead(location, offset, file.Length - offset));
                await connection.SendAsync(file.AsMemory((int)offset, Part));
                connection.Cut();
            }

            // What the kernel holds of a connection that ended comes in after the cut.
            await Eventually.HoldsAsync(async () =>
                offset + Part - (await UploadClient.OffsetAsync(server.Http, location)).Offset <= MaxResentBytes && server.Services.GetRequiredService<ActiveUploads>().Count == 0);
            (offset, _) = await UploadClient.OffsetAsync(server.Http, location);
        }

        Assert.Equal(200, (await FinishAsync(location, file)).Status);
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
    }

    [Fact]
    public async Task A_form_cut_at_any_byte_is_refused_and_leaves_nothing()
    {
        var file = SampleTake.Mp4(payloadBytes: 3000);
        using var form = SampleTake.Form(file);
        var body = await form.ReadAsByteArrayAsync();
        var random = new Random(7);
        for (var round = 0; round < 150; round++)
        {
            using var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!);
            await connection.SendAsync($"POST /api/v1/upload HTTP/1.1\r\nHost: rig\r\nContent-Type: {form.Headers.ContentType}\r\nContent-Length: {body.Length}\r\n\r\n");
            await connection.SendAsync(body.AsMemory(0, random.Next(body.Length)));
            connection.Cut();
        }

        await Eventually.HoldsAsync(async () => (int)(await server.GetAsync("/api/v1/health")).Body["active_uploads"]! == 0);
        Assert.Empty(server.Files("temp"));
        Assert.Empty(server.Files("sessions"));
    }

    [Fact]
    public async Task A_bit_flipped_on_the_wire_is_never_confirmed()
    {
        var file = SampleTake.Mp4(payloadBytes: 2000);
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var flipped = (byte[])file.Clone();
            flipped[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(400, (await server.UploadAsync(SampleTake.Form(flipped, checksum: SampleTake.Sha256(file)))).Status);
        }

        Assert.Equal(404, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C" })).Status);
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_bit_flipped_on_disk_is_found_wherever_it_is()
    {
        var file = SampleTake.Mp4(payloadBytes: 2000);
        await server.UploadAsync(SampleTake.Form(file));
        var path = folder.File("sessions", Session, "CAM_C", "recording.mp4");
        var random = new Random(12);
        for (var round = 0; round < 25; round++)
        {
            var flipped = (byte[])file.Clone();
            flipped[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, flipped);
            Assert.Equal(400, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
            Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
            Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
        }
    }

    [Fact]
    public async Task A_server_that_dies_at_any_step_of_the_hand_over_confirms_only_what_it_holds()
    {
        await server.DisposeAsync();
        var disk = new DyingDisk();
        server = await IngestServer.StartAsync(folder, database, builder =>
        {
            ScriptedStages.Register(builder);
            builder.Services.Replace(ServiceDescriptor.Singleton<TakeDisk>(disk));
        });
        var deaths = new List<(string Session, byte[] File, string? Location)>();
        for (var resumable = 0; resumable < 2; resumable++)
        {
            for (var step = 0; ; step++)
            {
                var session = $"DEATH_{resumable}_{step}";
                var file = SampleTake.Mp4(seed: (100 * resumable) + step);
                var location = resumable == 1 ? await UploadClient.CreateAsync(server.Http, file, session) : null;
                disk.DieAt(step);
                var reply = location is null ? await server.UploadAsync(SampleTake.Form(file, session: session)) : await UploadClient.FinishAsync(server.Http, location, file, 0);
                if (!disk.Dead)
                {
                    Assert.Equal(200, reply.Status);
                    // Four calls of the disk, each with a death before it and one after it.
                    Assert.Equal(8, step);
                    break;
                }

                Assert.Equal(500, reply.Status);
                deaths.Add((session, file, location));
            }
        }

        await server.DisposeAsync();
        server = await StartAsync();
        foreach (var (session, file, location) in deaths)
        {
            Assert.Equal(404, (await server.ConfirmAsync(new { session_id = session, camera_id = "CAM_C" })).Status);
            if (location is not null)
            {
                using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, location));
                // Either the bytes are still where they can go on, or the upload is gone; never a success.
                Assert.True((int)head.StatusCode == 404 || head.Headers.GetValues("Upload-Complete").Single() == "?0");
            }

            Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file, session: session))).Status);
            Assert.Equal(200, (await server.ConfirmAsync(new { session_id = session, camera_id = "CAM_C", verify = true })).Status);
            Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", session, "CAM_C", "recording.mp4")));
        }
    }

    [Fact]
    public async Task A_receipt_whose_answer_was_lost_is_found_again()
    {
        var file = SampleTake.Mp4();
        var location = await UploadClient.CreateAsync(server.Http, file, Session);
        server.Services.GetRequiredService<TakeNotices>().Received += _ => throw new InvalidOperationException("died after the commit");
        Assert.Equal(500, (await UploadClient.FinishAsync(server.Http, location, file, 0)).Status);
        await server.DisposeAsync();
        server = await StartAsync();

        Assert.Equal((file.Length, true), await UploadClient.OffsetAsync(server.Http, location));
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
    }

    [Fact]
    public async Task A_sender_that_stalls_is_let_go_and_goes_on_later()
    {
        await server.DisposeAsync();
        server = await StartAsync("--Rig:Server:StallSec=2", "--Rig:Server:MinBytesPerSecond=1000");
        var file = SampleTake.Mp4(payloadBytes: 5000);
        var location = await UploadClient.CreateAsync(server.Http, file, Session);
        using var form = SampleTake.Form(file);
        using var silent = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await silent.SendAsync($"POST /api/v1/upload HTTP/1.1\r\nHost: rig\r\nContent-Type: {form.Headers.ContentType}\r\nContent-Length: 9000\r\n\r\n--");
        using var stalled = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await stalled.SendAsync(UploadClient.PatchHead(location, 0, file.Length));
        await stalled.SendAsync(file.AsMemory(0, 2000));

        Assert.Equal(408, (await stalled.ReadAsync()).Status);
        Assert.Equal(408, (await silent.ReadAsync()).Status);
        Assert.Equal((2000, false), await UploadClient.OffsetAsync(server.Http, location));
        Assert.Equal(200, (await UploadClient.FinishAsync(server.Http, location, file, 2000)).Status);
    }

    [Fact]
    public async Task A_disk_that_fills_up_refuses_keeps_what_came_and_goes_on_with_room()
    {
        var mount = folder.File("small");
        Directory.CreateDirectory(mount);
        if (!await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount))
        {
            NotRun.Say(output, "this machine does not let a test mount a small disk");
            return;
        }

        try
        {
            await server.DisposeAsync();
            server = await StartAsync(
                $"--Rig:Storage:SessionsPath={mount}/sessions", $"--Rig:Storage:TempPath={mount}/temp", $"--Rig:Storage:ProcessingPath={mount}/processing");
            var file = SampleTake.Mp4(payloadBytes: 1_000_000);
            await File.WriteAllBytesAsync(Path.Combine(mount, "ballast"), new byte[1_400_000]);

            Assert.Equal(507, (await server.UploadAsync(SampleTake.Form(file))).Status);
            using (var unannounced = new HttpRequestMessage(HttpMethod.Post, "/api/v1/upload") { Content = SampleTake.Form(file), Headers = { TransferEncodingChunked = true } })
            using (var reply = await server.Http.SendAsync(unannounced))
            {
                Assert.Equal(507, (int)reply.StatusCode);
            }

            Assert.Empty(Directory.GetFiles(Path.Combine(mount, "temp")));
            File.Delete(Path.Combine(mount, "ballast"));
            var location = await UploadClient.CreateAsync(server.Http, file, Session);
            await File.WriteAllBytesAsync(Path.Combine(mount, "ballast"), new byte[1_400_000]);
            Assert.Equal(507, (await UploadClient.FinishAsync(server.Http, location, file, 0)).Status);
            var (offset, _) = await UploadClient.OffsetAsync(server.Http, location);
            File.Delete(Path.Combine(mount, "ballast"));
            Assert.Equal(200, (await UploadClient.FinishAsync(server.Http, location, file, offset)).Status);
            Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
        }
        finally
        {
            await server.DisposeAsync();
            await RunAsync("umount", mount);
            server = await StartAsync();
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_changes_nothing()
    {
        await server.DisposeAsync();
        var clock = new SteppedTime();
        server = await IngestServer.StartAsync(folder, database, builder =>
        {
            ScriptedStages.Register(builder);
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        });
        var file = SampleTake.Mp4(payloadBytes: 5000);
        foreach (var step in new[] { 400, -1200, 800 })
        {
            var session = $"CLOCK_{step + 2000}";
            var location = await UploadClient.CreateAsync(server.Http, file, session);
            clock.Step(TimeSpan.FromDays(step));
            Assert.Equal((0, false), await UploadClient.OffsetAsync(server.Http, location));
            Assert.Equal(200, (await UploadClient.FinishAsync(server.Http, location, file, 0)).Status);
            Assert.Equal(200, (await server.ConfirmAsync(new { session_id = session, camera_id = "CAM_C", verify = true })).Status);
        }
    }

    [Fact]
    public async Task The_same_take_by_two_protocols_at_once_is_held_once_and_other_bytes_are_kept_apart()
    {
        var (file, other) = (SampleTake.Mp4(payloadBytes: 50_000, seed: 1), SampleTake.Mp4(payloadBytes: 50_000, seed: 2));
        var first = await UploadClient.CreateAsync(server.Http, file, Session);
        var second = await UploadClient.CreateAsync(server.Http, other, Session);
        var replies = await Task.WhenAll(
            server.UploadAsync(SampleTake.Form(file)),
            UploadClient.FinishAsync(server.Http, first, file, 0),
            UploadClient.FinishAsync(server.Http, second, other, 0));

        var held = await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4"));
        Assert.True(held.AsSpan().SequenceEqual(file) || held.AsSpan().SequenceEqual(other));
        var sameBytes = held.AsSpan().SequenceEqual(file);
        Assert.Equal(sameBytes ? [200, 200, 409] : [409, 409, 200], replies.Select(reply => reply.Status));
        Assert.Single(server.Files("sessions", ".conflicts"));
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
    }

    [Fact]
    public async Task Many_small_takes_are_all_held()
    {
        const int Takes = 300; // 10,000 of them: Rig.Bench receive-takes
        await Parallel.ForEachAsync(Enumerable.Range(0, Takes), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            var file = SampleTake.Mp4(payloadBytes: 200, seed: n);
            var manifest = SampleTake.Manifest(file, session: $"SMALL_{n / 3}", camera: n % 3 == 0 ? "CAM_L" : n % 3 == 1 ? "CAM_C" : "CAM_R");
            using var form = SampleTake.Form(file, $"SMALL_{n / 3}", (string)manifest["recording"]!["camera_id"]!, manifest: manifest.ToJsonString());
            Assert.Equal(200, (await server.UploadAsync(form)).Status);
        });

        var held = server.Files("sessions");
        Assert.Equal(Takes, held.Count(path => path.EndsWith("/recording.mp4", StringComparison.Ordinal)));
        Assert.Equal(Takes, held.Count(path => path.EndsWith("/manifest.json", StringComparison.Ordinal)));
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task Of_two_servers_with_one_storage_either_goes_on_with_the_others_upload()
    {
        var file = SampleTake.Mp4(payloadBytes: 60_000);
        var location = await UploadClient.CreateAsync(server.Http, file, Session);
        using (var connection = await RawConnection.OpenAsync(server.Http.BaseAddress!))
        {
            await connection.SendAsync(UploadClient.PatchHead(location, 0, file.Length));
            await connection.SendAsync(file.AsMemory(0, 30_000));
            await Eventually.HoldsAsync(() => UnfinishedBytes() == 30_000);
        }

        await using var other = await StartAsync();
        var (offset, _) = await UploadClient.OffsetAsync(other.Http, location);
        Assert.Equal(30_000, offset);
        Assert.Equal(200, (await UploadClient.FinishAsync(other.Http, location, file, offset)).Status);

        // The first one sees what the second one holds.
        Assert.Equal(200, (await server.ConfirmAsync(new { session_id = Session, camera_id = "CAM_C", verify = true })).Status);
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    /// <summary>
    /// Goes on where the server is. On a busy machine the bytes of a connection that ended come in after the question how far they came:
    /// the server says so, or has closed the connection before its answer was read, as it takes none of the content.
    /// </summary>
    private async Task<Reply> FinishAsync(string location, byte[] file)
    {
        Reply? reply = null;
        await Eventually.HoldsAsync(async () =>
        {
            var (offset, _) = await UploadClient.OffsetAsync(server.Http, location);
            try
            {
                reply = await UploadClient.FinishAsync(server.Http, location, file, offset);
            }
            catch (HttpRequestException)
            {
                return false;
            }

            return reply.Status != 409;
        });
        return reply!;
    }

    private long UnfinishedBytes() => new DirectoryInfo(folder.File("temp")).GetFiles("unfinished-*.part").Sum(part => part.Length);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Stops the world before or after the n-th call; from then on nothing reaches the disk, as with a process that is gone.</summary>
    private sealed class DyingDisk : TakeDisk
    {
        private int left = int.MaxValue;

        public bool Dead { get; private set; }

        public void DieAt(int step) => (left, Dead) = (step, false);

        public override void CreateDirectory(string path)
        {
            Step();
            base.CreateDirectory(path);
            Step();
        }

        public override void WriteFile(string path, ReadOnlySpan<byte> bytes)
        {
            Step();
            base.WriteFile(path, bytes);
            Step();
        }

        public override void Move(string from, string to)
        {
            Step();
            base.Move(from, to);
            Step();
        }

        public override void SyncDirectory(string path)
        {
            Step();
            base.SyncDirectory(path);
            Step();
        }

        public override void Delete(string path)
        {
            Step();
            base.Delete(path);
        }

        private void Step()
        {
            if (Dead || left-- == 0)
            {
                Dead = true;
                throw new InvalidOperationException("The server died here.");
            }
        }
    }
}
