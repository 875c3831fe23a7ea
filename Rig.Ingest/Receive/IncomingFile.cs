using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Receive;

/// <summary>
/// A file while it arrives: written to a temporary name and hashed as it comes, never held in memory. Disposing it deletes the
/// temporary file unless it was moved to its place.
/// </summary>
internal sealed class IncomingFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly SafeFileHandle handle;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public IncomingFile(string path)
    {
        Path = path;
        try
        {
            handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        }
        catch (IOException e)
        {
            throw DiskFailed(e);
        }
    }

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>Lower-case hex; set by <see cref="Finish"/>.</summary>
    public string Sha256 { get; private set; } = "";

    /// <param name="maxBytes">One byte more ends the transfer with 413.</param>
    /// <param name="refuse">Asked now and then with the bytes written so far; a sentence ends the transfer with 507.</param>
    /// <exception cref="ApiException">Too large, no space, or not an MP4 file from its first bytes on.</exception>
    public async Task WriteFromAsync(Stream source, long maxBytes, Func<string?> refuse, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int filled;
            while ((filled = await source.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                if (Length == 0 && !Mp4Check.StartsLikeMp4(buffer.AsSpan(0, filled)))
                {
                    throw new ApiException(400, "The file is not an MP4 video: it does not start with an 'ftyp' box. Only MP4 recordings are accepted.");
                }

                if (Length + filled > maxBytes)
                {
                    throw TooLarge(maxBytes);
                }

                if (Length % (256L * BufferBytes) == 0 && refuse() is { } reason)
                {
                    throw new ApiException(507, reason);
                }

                // The disk writes while the processor hashes.
                var written = RandomAccess.WriteAsync(handle, buffer.AsMemory(0, filled), Length, cancellationToken);
                hash.AppendData(buffer, 0, filled);
                try
                {
                    await written;
                }
                catch (IOException e)
                {
                    throw DiskFailed(e);
                }

                Length += filled;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Nothing more comes: fixes <see cref="Sha256"/>.</summary>
    public void Finish() => Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());

    /// <summary>Makes the bytes durable.</summary>
    /// <exception cref="ApiException">The bytes are not a whole MP4 file.</exception>
    public void Seal()
    {
        if (Mp4Check.Problem(handle, Length) is { } problem)
        {
            throw new ApiException(400, problem);
        }

        RandomAccess.FlushToDisk(handle);
    }

    public void Dispose()
    {
        handle.Dispose();
        hash.Dispose();
        File.Delete(Path);
    }

    private static ApiException DiskFailed(IOException cause) =>
        new(507, $"The server's disk did not take the recording: {cause.Message} Make room or repair it, and send again.");

    public static ApiException TooLarge(long maxBytes) =>
        new(413, $"The file is larger than this server accepts ({maxBytes / 1e9:0.###} GB). Raise Rig:Server:MaxUploadSizeGb if it should be accepted.");
}
