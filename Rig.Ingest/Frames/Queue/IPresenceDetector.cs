namespace Rig.Ingest.Frames;

/// <summary>Counts people in a picture of an interaction. Without a model nothing can be said.</summary>
public interface IPresenceDetector
{
    /// <param name="jpeg">The picture as it came.</param>
    /// <returns>Null where nothing can be said.</returns>
    Task<int?> CountAsync(ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken);
}

internal sealed class NoPresenceDetector : IPresenceDetector
{
    public Task<int?> CountAsync(ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken) => Task.FromResult<int?>(null);
}
