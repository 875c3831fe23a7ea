
namespace Rig.Ingest.Pull;

/// <summary>A camera node, as far as offloading needs it.</summary>
public interface INode
{
    Task<byte[]> GetManifestAsync(RemoteTake take, CancellationToken cancellationToken);

    /// <summary>Opens one stretch of a take's video.</summary>
    /// <returns>The response; its content is exactly <paramref name="length"/> bytes, if the connection holds.</returns>
    /// <exception cref="PullException">The node answered something else.</exception>
    /// <exception cref="HttpRequestException">No connection.</exception>
    Task<HttpResponseMessage> OpenRangeAsync(RemoteTake take, long offset, long length, CancellationToken cancellationToken);

    /// <summary>Tells the node that its take is durably here. The node answers success only after it stored that.</summary>
    /// <exception cref="PullException">It did not.</exception>
    Task ConfirmAsync(RemoteTake take, string fileName, CancellationToken cancellationToken);
}

/// <summary>Where half-pulled takes are kept.</summary>
public interface IPartStore
{
    /// <summary>0 when there is none.</summary>
    long LengthOf(string path);

    IPartFile Open(string path);

    void Delete(string path);

    /// <summary>All files of a folder, half-pulled takes or not, and when each was last written.</summary>
    IEnumerable<(string Path, DateTimeOffset WrittenAt)> In(string folder);

    /// <returns>False when a transfer, perhaps another server's, holds it open.</returns>
    bool TryDelete(string path);
}

/// <summary>A half-pulled take: always a prefix of it.</summary>
public interface IPartFile : IDisposable
{
    long Length { get; }

    void Clear();

    /// <returns>How many bytes were read; fewer than asked for only at the end.</returns>
    int Read(Span<byte> buffer, long offset);

    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken);

    /// <summary>When it returns, all that was written before the call survives a power cut.</summary>
    void Sync();
}
