using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Rig.Bench.Receive;

/// <summary>What takes too long for the test suite: one take of a whole match's size with the server's memory watched, and many small ones.</summary>
internal static class ReceiveSoakBench
{
    private static readonly byte[] Ftyp = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0];

    private static readonly byte[] Moov = [0, 0, 0, 8, .. "moov"u8];

    /// <summary>A sparse take of <paramref name="sizeMb"/>: nothing of it is stored on the sender's side, all of it on the server's.</summary>
    public static async Task<int> RunLargeAsync(int sizeMb, CancellationToken cancellationToken)
    {
        await using var ingest = await IngestUnderTest.StartAsync(cancellationToken);
        var take = Path.Combine(ingest.Folder, "large.mp4");
        await WriteSparseAsync(take, (long)sizeMb << 20, cancellationToken);
        var sha256 = await Sha256Async(take, cancellationToken);
        var before = ingest.ResidentBytes;
        var clock = Stopwatch.StartNew();
        var upload = ingest.UploadFormAsync(take, "LARGE", sha256, cancellationToken);
        var most = before;
        while (!upload.IsCompleted)
        {
            most = Math.Max(most, ingest.ResidentBytes);
            await Task.WhenAny(upload, Task.Delay(200, cancellationToken));
        }

        await upload;
        var seconds = clock.Elapsed.TotalSeconds;
        await ingest.ConfirmAsync("LARGE", cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"receive-soak: {sizeMb} MB in {seconds:0} s, {sizeMb / seconds:0} MB/s, read again and confirmed; resident memory {before >> 20} MB before, at most {most >> 20} MB during"));
        return 0;
    }

    public static async Task<int> RunSmallAsync(int takes, CancellationToken cancellationToken)
    {
        await using var ingest = await IngestUnderTest.StartAsync(cancellationToken);
        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, takes), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (n, cancelled) =>
        {
            var path = Path.Combine(ingest.Folder, $"small-{n}.mp4");
            var payload = new byte[1000];
            lock (random)
            {
                random.NextBytes(payload);
            }

            byte[] file = [.. Ftyp, .. Moov, 0, 0, 3, 0xF0, .. "mdat"u8, .. payload];
            await File.WriteAllBytesAsync(path, file, cancelled);
            await ingest.UploadFormAsync(path, $"SMALL_{n}", Convert.ToHexStringLower(SHA256.HashData(file)), cancelled);
            File.Delete(path);
        });
        var seconds = clock.Elapsed.TotalSeconds;
        var held = Directory.EnumerateFiles(Path.Combine(ingest.Folder, "sessions"), "recording.mp4", SearchOption.AllDirectories).Count();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"receive-takes: {held} of {takes} held after {seconds:0} s, {takes / seconds:0} a second; resident memory {ingest.ResidentBytes >> 20} MB"));
        return held == takes ? 0 : 1;
    }

    private static async Task WriteSparseAsync(string path, long size, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew);
        await file.WriteAsync(Ftyp, cancellationToken);
        await file.WriteAsync(Moov, cancellationToken);
        var box = new byte[16];
        box[3] = 1; // the size follows as 64 bits
        "mdat"u8.CopyTo(box.AsSpan(4));
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(box.AsSpan(8), size - Ftyp.Length - Moov.Length);
        await file.WriteAsync(box, cancellationToken);
        file.SetLength(size);
    }

    private static async Task<string> Sha256Async(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
