using Microsoft.Extensions.Options;

namespace Rig.CameraNode.Storage;

/// <summary>
/// Marks the recordings folder as in use by a running node, by a lock that ends with the process: two nodes never write there,
/// and <c>rig-node check</c> repairs nothing under a running one.
/// </summary>
internal sealed class StorageLock(IOptions<StorageOptions> options, ILogger<StorageLock> logger) : IHostedService, IDisposable
{
    internal const string FileName = ".rig-node.lock";

    private FileStream? held;

    /// <exception cref="IOException">Another node uses the folder.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(options.Value.RecordingsPath);
            held = TryTake(options.Value) ?? throw new InvalidDataException(
                $"Another rig-node records into {options.Value.RecordingsPath}. Stop it, or give this one a folder of its own in Rig:Storage:RecordingsPath.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is missing is told by the storage guard; it may be plugged in later.
            logger.LogWarning("The recordings folder cannot be locked: {Reason}", e.Message);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => held?.Dispose();

    /// <summary>Null while a node holds it.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    internal static FileStream? TryTake(StorageOptions options)
    {
        var path = Path.Combine(options.RecordingsPath, FileName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (File.Exists(path) && e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            return null;
        }
    }
}
