using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Rig.Actors.Transfer;

namespace Rig.CameraNode.Upload;

/// <summary>A take's bytes from an offset on, as a request body: counted while they go, and hashed when sent from the first one.</summary>
internal sealed class TakeBody : HttpContent
{
    private readonly Stream take;
    private readonly long offset;
    private readonly UploadOptions options;
    private readonly UploadProgress progress;
    private CancellationTokenSource? timeout;

    /// <param name="take">At its first byte.</param>
    public TakeBody(Stream take, long offset, string mediaType, UploadOptions options, UploadProgress progress)
    {
        (this.take, this.offset, this.options, this.progress) = (take, offset, options, progress);
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    /// <summary>Lower-case hex of what was sent, once all of it went from the first byte on.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>The file is shorter than it was, or the disk failed.</summary>
    public IOException? DiskFailure { get; private set; }

    /// <summary>
    /// Sends a request with this body. Each piece of it must go within <see cref="UploadOptions.StallTimeoutSec"/>, and the answer come
    /// within the timeout after the last. A stalled write can only be ended by ending the request: the stream that HttpClient
    /// gives a body ignores tokens.
    /// </summary>
    /// <exception cref="IOException">This node's disk failed.</exception>
    /// <exception cref="HttpRequestException">The connection failed or stalled.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpRequestMessage request, TimeSpan verdictTimeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout = limit;
        VerdictTimeout = verdictTimeout;
        limit.CancelAfter(Stall);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException) when (DiskFailure is { } disk)
        {
            throw new IOException($"This node's disk could not be read: {disk.Message}", disk);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(AllSent ? "The server gave no answer after the last byte." : $"The server took no byte for {Stall.TotalSeconds:0} s.");
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var chunkBytes = options.ChunkSizeKb * 1024;
        using var hasher = options.VerifyChecksum && offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        try
        {
            take.Position = offset;
            for (var left = take.Length - offset; left > 0;)
            {
                var filled = (int)Math.Min(chunkBytes, left);
                await ReadAsync(buffer.AsMemory(0, filled));
                hasher?.AppendData(buffer, 0, filled);
                timeout?.CancelAfter(Stall);
                await stream.WriteAsync(buffer.AsMemory(0, filled), timeout?.Token ?? default);
                left -= filled;
                progress.Add(filled);
            }

            Sha256 = hasher is null ? null : Convert.ToHexStringLower(hasher.GetHashAndReset());
            AllSent = true;
            timeout?.CancelAfter(VerdictTimeout);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = take.Length - offset;
        return true;
    }

    private bool AllSent { get; set; }

    private TimeSpan VerdictTimeout { get; set; }

    private TimeSpan Stall => TimeSpan.FromSeconds(options.StallTimeoutSec);

    private async ValueTask ReadAsync(Memory<byte> buffer)
    {
        try
        {
            await take.ReadExactlyAsync(buffer, timeout?.Token ?? default);
        }
        catch (IOException e)
        {
            DiskFailure = e;
            throw;
        }
    }
}
