using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rig.Ingest.Intake;

namespace Rig.Ingest.Upload;

/// <summary>
/// A file while it arrives: written under a temporary name, hashed and synced as it comes, never held in memory. It is always a
/// prefix of what its sender has. Disposing it deletes it unless it was kept by <see cref="KeepAsync"/>.
/// </summary>
/// <remarks>
/// Network, hash and disk work side by side: while the caller's next piece fills up in the server's receive buffer, one thread hashes this
/// one and another writes it, straight out of that buffer; a third makes durable what was written before, so that little is left for the end.
/// </remarks>
internal sealed class IncomingFile : IDisposable
{
    /// <summary>What is written beyond this since the last sync began starts the next one.</summary>
    private const long SyncEveryBytes = 8L << 20;

    /// <summary>A disk slower than the network holds the sender back here, instead of filling the machine's memory.</summary>
    private const long MaxUnsyncedBytes = 64L << 20;

    /// <summary>A smaller piece is hashed and written faster than it is handed to another thread.</summary>
    private const long MinParallelBytes = 128 << 10;

    private readonly SafeFileHandle handle;
    private readonly IncrementalHash hash;
    private readonly List<ReadOnlyMemory<byte>> segments = [];
    private readonly byte[] head = new byte[Mp4Check.HeadBytes];
    private Task syncing = Task.CompletedTask;
    private long syncingUpTo;
    private long durable;
    private bool kept;

    private IncomingFile(string path, SafeFileHandle handle, IncrementalHash hash, long length)
    {
        Path = path;
        this.handle = handle;
        this.hash = hash;
        Length = syncingUpTo = durable = length;
    }

    public string Path { get; }

    /// <summary>Bytes written; the file ends there.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that survive a power cut.</summary>
    public long DurableLength => Interlocked.Read(ref durable);

    /// <summary>Lower-case hex; set by <see cref="Finish"/>.</summary>
    public string Sha256 { get; private set; } = "";

    /// <exception cref="IntakeException">The disk refuses.</exception>
    public static IncomingFile Create(string path)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            return new IncomingFile(path, handle, IncrementalHash.CreateHash(HashAlgorithmName.SHA256), length: 0);
        }
        catch (IOException e)
        {
            throw IntakeException.DiskFailed("the recording", e);
        }
    }

    /// <summary>
    /// Goes on with a file that an earlier request, or a server that is gone, left unfinished: what is there is read again, so that the
    /// hash covers the bytes on disk, and is made durable.
    /// </summary>
    /// <param name="known">A hash over the file's first <paramref name="knownLength"/> bytes; reading them again is spared when that is the whole file. Taken over.</param>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="IOException">The file is in use, by this server or by another one, or cannot be read.</exception>
    public static async Task<IncomingFile?> ReopenAsync(string path, IncrementalHash? known, long knownLength, CancellationToken cancellationToken)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (FileNotFoundException)
        {
            known?.Dispose();
            return null;
        }

        try
        {
            var length = RandomAccess.GetLength(handle);
            if (known is null || knownLength != length)
            {
                known?.Dispose();
                known = await HashAsync(handle, 0, length, cancellationToken);
            }

            RandomAccess.FlushToDisk(handle);
            var file = new IncomingFile(path, handle, known, length);
            _ = RandomAccess.Read(handle, file.head.AsSpan(0, (int)Math.Min(length, file.head.Length)), 0);
            return file;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Appends a piece; it may be reused as soon as this returns.</summary>
    /// <exception cref="IntakeException">Not an MP4 file from its first bytes on, or the disk failed.</exception>
    public async ValueTask AppendAsync(ReadOnlySequence<byte> bytes)
    {
        if (Length < head.Length)
        {
            CheckHead(bytes);
        }

        try
        {
            if (bytes.Length < MinParallelBytes)
            {
                Write(bytes);
                Hash(bytes);
            }
            else
            {
                var writing = Task.Run(() => Write(bytes));
                Hash(bytes);
                await writing;
            }

            Length += bytes.Length;
            await SyncBehindAsync();
        }
        catch (IOException e)
        {
            throw IntakeException.DiskFailed("the recording", e);
        }
    }

    /// <summary>Makes every byte durable.</summary>
    /// <exception cref="IntakeException">The disk failed.</exception>
    public async Task SyncAsync()
    {
        try
        {
            await syncing;
            syncingUpTo = Length;
            await Task.Run(() => Sync(syncingUpTo));
        }
        catch (IOException e)
        {
            throw IntakeException.DiskFailed("the recording", e);
        }
    }

    /// <summary>Nothing more comes: fixes <see cref="Sha256"/>.</summary>
    public void Finish() => Sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Checks the content and makes it durable.</summary>
    /// <returns>What is wrong with the MP4 file, which is kept all the same; null when it is whole.</returns>
    /// <exception cref="IntakeException">Not an MP4 file at all, or the disk failed.</exception>
    public async Task<string?> SealAsync()
    {
        if (!Mp4Check.StartsLikeMp4(handle))
        {
            throw IntakeException.Invalid(Mp4Check.Refusal);
        }

        var problem = Mp4Check.Problem(handle, Length);
        await SyncAsync();
        return problem;
    }

    /// <summary>Reads again what was appended from <paramref name="start"/> on.</summary>
    /// <returns>Its SHA-256, lower-case hex.</returns>
    public async Task<string> Sha256FromAsync(long start, CancellationToken cancellationToken)
    {
        using var part = await HashAsync(handle, start, Length, cancellationToken);
        return Convert.ToHexStringLower(part.GetHashAndReset());
    }

    /// <summary>Leaves the file for a later <see cref="ReopenAsync"/> and closes it. What was written is durable.</summary>
    /// <returns>The hash so far, for <see cref="ReopenAsync"/>.</returns>
    public async Task<IncrementalHash> KeepAsync()
    {
        await SyncAsync();
        kept = true;
        handle.Dispose();
        return hash;
    }

    public void Dispose()
    {
        if (!handle.IsClosed)
        {
            syncing.ContinueWith(static (_, state) => ((SafeFileHandle)state!).Dispose(), handle, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            hash.Dispose();
        }

        if (!kept)
        {
            File.Delete(Path);
        }
    }

    private async ValueTask SyncBehindAsync()
    {
        if (Length - syncingUpTo > MaxUnsyncedBytes)
        {
            await syncing;
        }

        if (Length - syncingUpTo >= SyncEveryBytes && syncing.IsCompleted)
        {
            await syncing;
            var upTo = syncingUpTo = Length;
            syncing = Task.Run(() => Sync(upTo));
        }
    }

    private void Sync(long upTo)
    {
        RandomAccess.FlushToDisk(handle);
        Interlocked.Exchange(ref durable, upTo);
    }

    private void Write(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            RandomAccess.Write(handle, bytes.FirstSpan, Length);
            return;
        }

        segments.Clear();
        foreach (var segment in bytes)
        {
            segments.Add(segment);
        }

        RandomAccess.Write(handle, segments, Length);
        segments.Clear();
    }

    private void Hash(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            hash.AppendData(segment.Span);
        }
    }

    private void CheckHead(ReadOnlySequence<byte> bytes)
    {
        var part = head.AsSpan((int)Length);
        var more = bytes.Slice(0, Math.Min(part.Length, bytes.Length));
        more.CopyTo(part);
        if (more.Length == part.Length && !Mp4Check.StartsLikeMp4(head))
        {
            throw IntakeException.Invalid(Mp4Check.Refusal);
        }
    }

    private static async Task<IncrementalHash> HashAsync(SafeFileHandle handle, long start, long end, CancellationToken cancellationToken)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            for (var offset = start; offset < end;)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), offset, cancellationToken);
                if (read == 0)
                {
                    throw new IOException("The file became shorter while it was read. Is another server using Rig:Storage:TempPath?");
                }

                hash.AppendData(buffer, 0, read);
                offset += read;
            }

            return hash;
        }
        catch
        {
            hash.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
