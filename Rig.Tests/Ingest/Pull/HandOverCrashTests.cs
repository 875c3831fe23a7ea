using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Domain.Identity;
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

            var crash = new CountedCrash(crashAt);
            var first = await RunAsync(node, storage, crash);
            await AssertDeletableIsHeldAsync(node, storage);
            if (!crash.IsDead)
            {
                Assert.Null(first);
                steps = crash.Steps;
            }

            Assert.Null(await RunAsync(node, storage, new CountedCrash(int.MaxValue)));
            Assert.True(node.MayDelete);
            await AssertDeletableIsHeldAsync(node, storage);
            Assert.InRange(node.SentBytes, 0, file.Length + (8 << 20));
            Assert.Empty(Directory.EnumerateFiles(storage.TempPath));
        }

        // Find, manifest, open, write, sync, commit, confirm, mark: each before and after, for some with more than one call.
        Assert.InRange(steps, 20, 200);
    }

    /// <returns>Why it ended; null when the take was handed over.</returns>
    private async Task<Exception?> RunAsync(MemoryNode node, StorageOptions storage, CountedCrash crash)
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

    /// <summary>Counts the steps of one process and ends it at one of them: from then on none of its ports does anything.</summary>
    private sealed class CountedCrash(int at) : CrashPoint
    {
        private int steps;

        public bool IsDead { get; private set; }

        public int Steps => steps;

        public override bool Reaches(string step)
        {
            if (IsDead)
            {
                Die();
            }

            return IsDead = Interlocked.Increment(ref steps) - 1 == at;
        }

        [DoesNotReturn]
        public override void Die() => throw new InvalidOperationException("The process is dead.");
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
            var known = TakeId.TryParse((string)json["recording"]!["id"]!, out var id);
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
}
