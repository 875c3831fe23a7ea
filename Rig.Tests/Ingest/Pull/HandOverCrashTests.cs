using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Actors.Recording;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Pull;

/// <summary>
/// Kills the pulling process before and after every call that it makes to node, disk and database, and starts another over the same
/// folder and database. The process is its ports: once killed, none of them does anything more.
/// </summary>
[Collection(PostgresTests.Name)]
public sealed class HandOverCrashTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-crash");
    private readonly ActorSystem system = ActorSystem.Create("crash-tests");
    private readonly PullOptions options = new() { CutPause = TimeSpan.FromMilliseconds(1) };
    private NpgsqlDataSource database = null!;

    public async Task InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        await new SchemaGate(database).UpgradeAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await system.Terminate();
        await database.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Whatever_step_the_server_dies_at_the_node_keeps_what_the_server_does_not_durably_hold()
    {
        var steps = int.MaxValue;
        for (var crashAt = 0; crashAt < steps; crashAt++)
        {
            var file = SampleTake.Mp4(payloadBytes: 1_700_000, seed: crashAt);
            var node = new MemoryNode(file, Session, take: (crashAt % 900) + 1);
            var storage = new StorageOptions
            {
                SessionsPath = folder.File($"run-{crashAt}", "sessions"),
                TempPath = folder.File($"run-{crashAt}", "temp"),
                ProcessingPath = folder.File($"run-{crashAt}", "processing"),
                MinFreeSpaceGb = 0,
            };
            Directory.CreateDirectory(storage.SessionsPath);
            Directory.CreateDirectory(storage.TempPath);

            var crash = new CrashPoint(crashAt);
            var first = await RunAsync(node, storage, crash);
            await AssertDeletableIsHeldAsync(node, storage);
            if (!crash.IsDead)
            {
                Assert.Null(first);
                steps = crash.Steps;
            }

            Assert.Null(await RunAsync(node, storage, new CrashPoint(int.MaxValue)));
            Assert.True(node.MayDelete);
            await AssertDeletableIsHeldAsync(node, storage);
            Assert.InRange(node.SentBytes, 0, file.Length + (8 << 20));
            Assert.Empty(Directory.EnumerateFiles(storage.TempPath));
        }

        // Find, manifest, open, write, sync, commit, confirm, mark: each before and after, for some with more than one call.
        Assert.InRange(steps, 20, 200);
    }

    /// <returns>Why it ended; null when the take was handed over.</returns>
    private async Task<Exception?> RunAsync(MemoryNode node, StorageOptions storage, CrashPoint crash)
    {
        var layout = new SessionLayout(Options.Create(storage));
        var store = new TakeStore(new ReceiptTable(database), layout, new MortalDisk(crash), new TakeNotices(), NullLogger<TakeStore>.Instance);
        var pull = new TakePull(
            new MortalNode(node, crash),
            new MortalVault(store, crash),
            new TakeLeases(database, TimeProvider.System, NullLogger<TakeLeases>.Instance),
            new MortalParts(new PartStore(), crash),
            layout,
            new FreeSpace(Options.Create(storage)),
            CameraSet.FromConfiguration(new ConfigurationBuilder().Build()),
            new BandwidthCap(Options.Create(options), TimeProvider.System),
            Options.Create(options),
            TransferSetting.Default);
        try
        {
            await pull.FetchAsync(node.Take, new TransferProgress(TimeProvider.System), system.Materializer(), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
            await pull.ConfirmAsync(node.Take, CancellationToken.None);
            return null;
        }
        catch (Exception e) when (crash.IsDead)
        {
            return e;
        }
    }

    private async Task AssertDeletableIsHeldAsync(MemoryNode node, StorageOptions storage)
    {
        if (!node.MayDelete)
        {
            return;
        }

        var layout = new SessionLayout(Options.Create(storage));
        var receipt = await new TakeStore(new ReceiptTable(database), layout, new TakeDisk(), new TakeNotices(), NullLogger<TakeStore>.Instance).FindAsync(node.Take.Id, CancellationToken.None);
        Assert.NotNull(receipt);
        Assert.Equal(node.Take.Sha256, receipt.Sha256);
        Assert.Equal(node.Take.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(layout.VideoPath(node.Take.Id)))));
    }

    /// <summary>Counts the steps of one process and ends it at one of them.</summary>
    private sealed class CrashPoint(int at)
    {
        private int steps;

        public bool IsDead { get; private set; }

        public int Steps => steps;

        public void Step()
        {
            if (!IsDead && Interlocked.Increment(ref steps) - 1 == at)
            {
                IsDead = true;
            }

            if (IsDead)
            {
                throw new InvalidOperationException("The process is dead.");
            }
        }

        public async Task<T> AroundAsync<T>(Func<Task<T>> call)
        {
            Step();
            var result = await call();
            Step();
            return result;
        }
    }

    /// <summary>The node itself, which no crash of the server touches. It may delete once it has the confirmation.</summary>
    private sealed class MemoryNode : INode
    {
        private readonly byte[] manifest;
        private readonly WireNode wire;
        private readonly NodeClient client;

        public MemoryNode(byte[] file, string session, int take)
        {
            var json = SampleTake.Manifest(file, session, "CAM_C", take);
            manifest = System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
            var known = RecordingId.TryParse((string)json["recording"]!["id"]!, out var id);
            Assert.True(known);
            Take = new RemoteTake("http://node", id, file.Length, SampleTake.Sha256(file));
            wire = new WireNode(file.Length, (offset, bytes) =>
            {
                SentBytes += bytes.Length;
                file.AsSpan((int)offset, bytes.Length).CopyTo(bytes.Span);
            });
            client = wire.Client(new PullOptions());
        }

        public RemoteTake Take { get; }

        public long SentBytes { get; private set; }

        public bool MayDelete { get; private set; }

        public Task<byte[]> GetManifestAsync(RemoteTake take, CancellationToken cancellationToken) => Task.FromResult(manifest);

        public Task<HttpResponseMessage> OpenRangeAsync(RemoteTake take, long offset, long length, CancellationToken cancellationToken) =>
            client.OpenRangeAsync(take, offset, length, cancellationToken);

        public Task ConfirmAsync(RemoteTake take, string fileName, CancellationToken cancellationToken)
        {
            MayDelete = true;
            return Task.CompletedTask;
        }
    }

    /// <summary>The steps within a hand-over; its transaction dies with the process.</summary>
    private sealed class MortalDisk(CrashPoint crash) : TakeDisk
    {
        public override void CreateDirectory(string path)
        {
            crash.Step();
            base.CreateDirectory(path);
        }

        public override void WriteFile(string path, ReadOnlySpan<byte> bytes)
        {
            crash.Step();
            base.WriteFile(path, bytes);
        }

        public override void Move(string from, string to)
        {
            crash.Step();
            base.Move(from, to);
        }

        public override void SyncDirectory(string path)
        {
            crash.Step();
            base.SyncDirectory(path);
            crash.Step();
        }

        public override void Delete(string path)
        {
            crash.Step();
            base.Delete(path);
        }
    }

    private sealed class MortalNode(INode inner, CrashPoint crash) : INode
    {
        public Task<byte[]> GetManifestAsync(RemoteTake take, CancellationToken cancellationToken) =>
            crash.AroundAsync(() => inner.GetManifestAsync(take, cancellationToken));

        public Task<HttpResponseMessage> OpenRangeAsync(RemoteTake take, long offset, long length, CancellationToken cancellationToken) =>
            crash.AroundAsync(() => inner.OpenRangeAsync(take, offset, length, cancellationToken));

        public Task ConfirmAsync(RemoteTake take, string fileName, CancellationToken cancellationToken) => crash.AroundAsync(async () =>
        {
            await inner.ConfirmAsync(take, fileName, cancellationToken);
            return 0;
        });
    }

    private sealed class MortalVault(ITakeVault inner, CrashPoint crash) : ITakeVault
    {
        public Task<Receipt?> FindAsync(RecordingId id, CancellationToken cancellationToken) => crash.AroundAsync(() => inner.FindAsync(id, cancellationToken));

        public bool IsWhole(Receipt receipt)
        {
            crash.Step();
            return inner.IsWhole(receipt);
        }

        public Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken) => crash.AroundAsync(() => inner.CommitAsync(take, cancellationToken));

        public Task MarkConfirmedAsync(RecordingId id, CancellationToken cancellationToken) => crash.AroundAsync(async () =>
        {
            await inner.MarkConfirmedAsync(id, cancellationToken);
            return 0;
        });
    }

    private sealed class MortalParts(IPartStore inner, CrashPoint crash) : IPartStore
    {
        public long LengthOf(string path) => inner.LengthOf(path);

        public IPartFile Open(string path)
        {
            crash.Step();
            return new MortalPart(inner.Open(path), crash);
        }

        public void Delete(string path)
        {
            crash.Step();
            inner.Delete(path);
        }

        public IEnumerable<(string Path, DateTimeOffset WrittenAt)> In(string folder) => inner.In(folder);

        public bool TryDelete(string path)
        {
            crash.Step();
            return inner.TryDelete(path);
        }
    }

    /// <summary>Dying before a write leaves half of it.</summary>
    private sealed class MortalPart(IPartFile inner, CrashPoint crash) : IPartFile
    {
        public long Length => inner.Length;

        public void Clear()
        {
            crash.Step();
            inner.Clear();
        }

        public int Read(Span<byte> buffer, long offset)
        {
            crash.Step();
            return inner.Read(buffer, offset);
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            crash.Step();
            return inner.ReadAsync(buffer, offset, cancellationToken);
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            var dead = crash.IsDead;
            try
            {
                crash.Step();
            }
            catch (InvalidOperationException) when (!dead)
            {
                await inner.WriteAsync(bytes[..(bytes.Length / 2)], offset, cancellationToken);
                throw;
            }

            await inner.WriteAsync(bytes, offset, cancellationToken);
            crash.Step();
        }

        public void Sync()
        {
            crash.Step();
            inner.Sync();
            crash.Step();
        }

        public void Dispose() => inner.Dispose();
    }
}
