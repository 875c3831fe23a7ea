using System.Buffers;

namespace Rig.Ingest.Upload;

/// <summary>The bytes of one request, or of one part of it, as the network brings them.</summary>
internal interface IUploadBody
{
    /// <summary>Hands out the bytes piece by piece to their end; a piece may be reused as soon as <paramref name="take"/> returns.</summary>
    /// <exception cref="SlowSenderException">The sender is slower than the server accepts.</exception>
    /// <exception cref="IOException">The connection ended early.</exception>
    Task ReadAsync(Func<ReadOnlySequence<byte>, ValueTask> take, CancellationToken cancellationToken);

    /// <summary>After <see cref="ReadAsync"/> was cut off: hands out what the connection had still brought, which may be nothing.</summary>
    Task SalvageAsync(Func<ReadOnlySequence<byte>, ValueTask> take);
}

/// <summary>The connection is open but brings too little.</summary>
internal sealed class SlowSenderException(string message, Exception cause) : IOException(message, cause);
