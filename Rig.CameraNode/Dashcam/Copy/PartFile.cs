using System.Security.Cryptography;
using System.Text.Json;
using Rig.CameraNode.Native;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>
/// A file on its way into the staging folder. It is always a prefix of the source. Beside it stands how far it was synced and the checksum of the bytes
/// that were read from the camera so far, so that a copy that was cut goes on there and still proves what it has.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private const long CheckpointBytes = 64L << 20;

    /// <summary>The medium writes one such piece while the next is read from the camera.</summary>
    private const long BeginBytes = 4L << 20;
    private const int MaxPublishTries = 3;

    private readonly string path;
    private readonly FileStream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task hashing = Task.CompletedTask;
    private long syncedBytes;
    private long begunBytes;

    private PartFile(string path, FileStream file) => (this.path, this.file) = (path, file);

    internal long Length { get; private set; }

    private string CheckpointPath => path + ".json";

    /// <summary>Of what was read from the camera, lower-case hex.</summary>
    internal string Sha256()
    {
        EndHashing();
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    internal static PartFile Open(string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead };
        var part = new PartFile(path, new FileStream(path, options));
        try
        {
            part.Resume(cancellationToken);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <summary>The bytes are hashed while the next are read and written.</summary>
    /// <param name="bytes">Not to be changed before the next call, or <see cref="EndHashing"/>, has returned.</param>
    internal void Append(ReadOnlyMemory<byte> bytes)
    {
        RandomAccess.Write(file.SafeFileHandle, bytes.Span, Length);
        EndHashing();
        hashing = Task.Run(() => hash.AppendData(bytes.Span));
        Length += bytes.Length;
        if (Length - begunBytes >= BeginBytes)
        {
            Posix.TryBeginWriting(file.SafeFileHandle, begunBytes, Length - begunBytes);
            begunBytes = Length;
        }

        if (Length - syncedBytes >= CheckpointBytes)
        {
            Checkpoint();
        }
    }

    /// <summary>Returns when all that was appended is hashed, and its memory is the caller's again.</summary>
    internal void EndHashing() => hashing.GetAwaiter().GetResult();

    /// <summary>What is here now is kept when the copy is cut.</summary>
    internal void Checkpoint()
    {
        Posix.SyncData(file.SafeFileHandle, path);
        DurableFile.Write(CheckpointPath, JsonSerializer.SerializeToUtf8Bytes(new Checkpointed(Length, Sha256())));
        syncedBytes = Length;
    }

    /// <summary>Reads the bytes back from the medium, not from memory, and compares them with what was read from the camera.</summary>
    /// <exception cref="InvalidDataException">They differ: the staging folder's medium is not to be trusted.</exception>
    internal void Verify(DateTime modifiedUtc, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // With its time already, so that it is synced once.
        File.SetLastWriteTimeUtc(file.SafeFileHandle, modifiedUtc);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        Posix.TryForgetCached(file.SafeFileHandle);
        if (HashOf(Length, buffer, cancellationToken) is var back && back != Sha256())
        {
            throw new InvalidDataException($"The staging folder gave back other bytes than were written to it ({back} instead of {Sha256()}).");
        }
    }

    /// <summary>Gives a verified file its final name, which is durable once its folder is synced.</summary>
    internal void Publish(string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (!Directory.Exists(folder))
                {
                    DurableFile.CreateDirectory(folder);
                }

                Posix.Rename(path, target);
                break;
            }
            catch (IOException) when (tries < MaxPublishTries && File.Exists(path))
            {
                // The folder was empty a moment ago, and was deleted for it.
            }
        }

        File.Delete(CheckpointPath);
    }

    internal static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + ".json");
    }

    public void Dispose()
    {
        EndHashing();
        file.Dispose();
        hash.Dispose();
    }

    private void Resume(CancellationToken cancellationToken)
    {
        if (Load() is { } kept && kept.Length <= file.Length)
        {
            Over(kept.Length, new byte[1 << 20], hash, cancellationToken);
            if (Sha256() == kept.Sha256)
            {
                Length = syncedBytes = kept.Length;
            }
            else
            {
                _ = hash.GetHashAndReset();
            }
        }

        RandomAccess.SetLength(file.SafeFileHandle, Length);
    }

    private string HashOf(long length, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var fresh = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Over(length, buffer, fresh, cancellationToken);
        return Convert.ToHexStringLower(fresh.GetHashAndReset());
    }

    private void Over(long length, Memory<byte> buffer, IncrementalHash into, CancellationToken cancellationToken)
    {
        for (long at = 0; at < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file.SafeFileHandle, buffer.Span[..(int)Math.Min(buffer.Length, length - at)], at);
            if (read == 0)
            {
                return;
            }

            into.AppendData(buffer.Span[..read]);
            at += read;
        }
    }

    private Checkpointed? Load()
    {
        try
        {
            return File.Exists(CheckpointPath) ? JsonSerializer.Deserialize<Checkpointed>(File.ReadAllText(CheckpointPath)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Checkpointed(long Length, string Sha256);
}
