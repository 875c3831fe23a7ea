using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rig.Domain.Identity;
using Rig.Ingest.Pull;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Pull;

public sealed class TakeDownloadTests : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-download");
    private readonly ActorSystem system = ActorSystem.Create("download-tests");
    private readonly PullOptions options = new() { CutPause = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(20) };

    private string PartPath => folder.File("take.part");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await system.Terminate();
        folder.Dispose();
    }

    [Fact]
    public async Task A_thousand_cuts_at_random_bytes_cost_at_most_eight_MiB_each_and_never_a_wrong_byte()
    {
        var file = new byte[9_000_000];
        new Random(1).NextBytes(file);
        var node = Serving(file);
        var random = new Random(20261121);
        var cuts = 0;
        node.CutAfter = () => cuts < 1000 && cuts++ >= 0 ? random.Next(1, 40_000) : null;

        var sha256 = await RunAsync(node, TakeOf(file));

        Assert.Equal(1000, cuts);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), sha256);
        Assert.Equal(file, await File.ReadAllBytesAsync(PartPath));
        var highest = 0L;
        foreach (var asked in node.Asked)
        {
            Assert.True(asked.Offset >= highest - (8 << 20), $"Byte {asked.Offset} was asked for again when {highest} had been.");
            highest = Math.Max(highest, asked.Offset + asked.Length);
        }
    }

    [Fact]
    public async Task Never_more_is_asked_for_than_eight_MiB_ahead_of_what_is_written()
    {
        var file = new byte[24 << 20];
        var node = Serving(file);
        var parts = new WatchedParts(new PartStore());
        var ahead = 0L;
        node.CutAfter = () =>
        {
            ahead = Math.Max(ahead, node.Asked[^1].Offset + node.Asked[^1].Length - parts.WrittenTo);
            return null;
        };
        await RunAsync(node, TakeOf(file), parts);
        Assert.InRange(ahead, 1, 8 << 20);
    }

    [Fact]
    public async Task A_dripping_node_is_waited_for_and_a_stalled_one_is_cut_and_taken_up_again()
    {
        var file = new byte[300_000];
        new Random(2).NextBytes(file);
        var node = Serving(file);
        var reads = 0;
        node.BeforeRead = async cancellationToken =>
        {
            await Task.Yield();
            if (Interlocked.Increment(ref reads) == 3)
            {
                await RealTime.NeverAsync(cancellationToken);
            }
        };
        options.StallTimeout = TimeSpan.FromMilliseconds(300);
        var sha256 = await RunAsync(node, TakeOf(file));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), sha256);
        Assert.True(node.Asked.Count >= 2);
    }

    [Fact]
    public async Task A_node_that_is_gone_puts_the_take_back_with_what_has_come()
    {
        var file = new byte[5 << 20];
        var node = Serving(file);
        var asked = 0;
        node.CutAfter = () => asked++ < 2 ? null : 0;
        var failure = await Assert.ThrowsAsync<PullException>(() => RunAsync(node, TakeOf(file)));
        Assert.Contains("goes on where it was", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4 << 20, new FileInfo(PartPath).Length);
    }

    [Fact]
    public async Task A_full_disk_ends_the_transfer_with_the_disks_own_words_and_room_lets_it_go_on()
    {
        var file = new byte[5 << 20];
        new Random(3).NextBytes(file);
        var node = Serving(file);
        var parts = new WatchedParts(new PartStore()) { RoomBytes = 3 << 20 };
        var failure = await Assert.ThrowsAsync<IOException>(() => RunAsync(node, TakeOf(file), parts));
        Assert.Contains("No space left", failure.Message, StringComparison.Ordinal);

        parts.RoomBytes = long.MaxValue;
        node.Asked.Clear();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), await RunAsync(node, TakeOf(file), parts));
        Assert.Equal(3 << 20, node.Asked[0].Offset);
        Assert.Equal(file, await File.ReadAllBytesAsync(PartPath));
    }

    [Fact]
    public async Task What_a_part_holds_is_hashed_and_not_believed()
    {
        var file = new byte[3 << 20];
        new Random(4).NextBytes(file);
        await File.WriteAllBytesAsync(PartPath, new byte[1 << 20]);
        var sha256 = await RunAsync(Serving(file), TakeOf(file));
        Assert.NotEqual(Convert.ToHexStringLower(SHA256.HashData(file)), sha256);

        await File.WriteAllBytesAsync(PartPath, new byte[4 << 20]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), await RunAsync(Serving(file), TakeOf(file)));
    }

    [Fact]
    public async Task A_cancelled_transfer_lets_go_of_its_file_and_goes_on_at_its_byte()
    {
        var file = new byte[6 << 20];
        new Random(5).NextBytes(file);
        var node = Serving(file);
        using var stop = new CancellationTokenSource();
        var reads = 0;
        node.BeforeRead = async cancellationToken =>
        {
            if (Interlocked.Increment(ref reads) == 40)
            {
                await stop.CancelAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(node, TakeOf(file), cancellationToken: stop.Token));
        var kept = new FileInfo(PartPath).Length;

        node.Asked.Clear();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), await RunAsync(node, TakeOf(file)));
        Assert.Equal(kept, node.Asked[0].Offset);
    }

    [Fact]
    public async Task A_large_sparse_take_passes_through_the_same_few_buffers()
    {
        const long SizeBytes = 192L << 20;
        var node = new WireNode(SizeBytes, static (_, bytes) => bytes.Span.Clear());
        var parts = new WatchedParts(new PartStore());
        await RunAsync(node, TakeOf(SizeBytes, new string('0', 64)), parts);
        Assert.Equal(SizeBytes, new FileInfo(PartPath).Length);
        Assert.InRange(parts.Buffers, 1, TakeDownload.Chunks);
        Assert.True((long)TakeDownload.Chunks * TakeDownload.ChunkBytes <= 4 << 20);
    }

    [Fact]
    public async Task All_transfers_together_stay_below_the_bandwidth_cap()
    {
        var clock = new FakeTimeProvider();
        var cap = new BandwidthCap(Options.Create(new PullOptions { MaxBytesPerSecond = 1000 }), clock);
        await cap.TakeAsync(250, CancellationToken.None);
        var (second, third) = (cap.TakeAsync(500, CancellationToken.None), cap.TakeAsync(500, CancellationToken.None));
        clock.Advance(TimeSpan.FromSeconds(0.499));
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.001));
        await second;
        clock.Advance(TimeSpan.FromSeconds(0.499));
        Assert.False(third.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.001));
        await third;
    }

    private static WireNode Serving(byte[] file) => new(file.Length, (offset, bytes) => file.AsSpan((int)offset, bytes.Length).CopyTo(bytes.Span));

    private static RemoteTake TakeOf(byte[] file) => TakeOf(file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));

    private static RemoteTake TakeOf(long sizeBytes, string sha256) =>
        TakeId.TryParse("GAME_20261121_140000_CAM_C", out var id) ? new RemoteTake("http://node", id, sizeBytes, sha256) : throw new InvalidOperationException();

    private Task<string> RunAsync(WireNode node, RemoteTake take, IPartStore? parts = null, CancellationToken cancellationToken = default) =>
        new TakeDownload(node.Client(options), parts ?? new PartStore(), new BandwidthCap(Options.Create(options), TimeProvider.System), options, TransferSetting.Default)
            .RunAsync(take, PartPath, new TransferProgress(TimeProvider.System), system.Materializer(), cancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);

    /// <summary>Real part files on a disk of a given room.</summary>
    private sealed class WatchedParts(IPartStore inner) : IPartStore
    {
        private readonly HashSet<byte[]> buffers = [];

        public long RoomBytes { get; set; } = long.MaxValue;

        public long WrittenTo { get; private set; }

        public int Buffers => buffers.Count;

        public long LengthOf(string path) => inner.LengthOf(path);

        public IPartFile Open(string path) => new File(this, inner.Open(path));

        public void Delete(string path) => inner.Delete(path);

        public IEnumerable<(string Path, DateTimeOffset WrittenAt)> In(string folder) => inner.In(folder);

        public bool TryDelete(string path) => inner.TryDelete(path);

        private sealed class File(WatchedParts parts, IPartFile inner) : IPartFile
        {
            public long Length => inner.Length;

            public void Clear() => inner.Clear();

            public int Read(Span<byte> buffer, long offset) => inner.Read(buffer, offset);

            public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, cancellationToken);

            public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
            {
                Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment));
                parts.buffers.Add(segment.Array!);
                var room = (int)Math.Clamp(parts.RoomBytes - offset, 0, bytes.Length);
                await inner.WriteAsync(bytes[..room], offset, cancellationToken);
                if (room < bytes.Length)
                {
                    throw new IOException("No space left on device");
                }

                parts.WrittenTo = offset + bytes.Length;
            }

            public void Sync() => inner.Sync();

            public void Dispose() => inner.Dispose();
        }
    }
}
