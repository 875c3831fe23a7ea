using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>
/// The catalogue as <see cref="StorageActor"/> published it last, for everything in the process that only wants to look: readers
/// never wait, not even for an actor that is being restarted. What changes a take is asked of the actor (<see cref="StorageProtocol"/>).
/// </summary>
/// <remarks>Reads the disk once when it is made, so that a node knows its takes before it answers anybody.</remarks>
public sealed class RecordingCatalogue(IRecordingDisk disk, StorageSettings settings)
{
    private Catalogue current = new(settings, disk.Read(), DiskReading.Of(disk));

    /// <summary>Raised after another catalogue was published. On any thread.</summary>
    public event Action? Changed;

    public Catalogue Current => Volatile.Read(ref current);

    public StorageStatus Status => Current.Status;

    /// <summary>Sealed takes, newest first.</summary>
    public IReadOnlyList<RecordingEntry> List() => Current.Takes;

    public RecordingEntry? Find(TakeId id) => Current.Find(id);

    /// <inheritdoc cref="IRecordingDisk.NextTake"/>
    public int NextTake(SessionId sessionId, CameraId cameraId) => disk.NextTake(sessionId, cameraId);

    /// <inheritdoc cref="IRecordingDisk.OpenVideo"/>
    /// <exception cref="FileNotFoundException">There is no such sealed take.</exception>
    public Stream OpenVideo(TakeId id) => disk.OpenVideo(Known(id));

    /// <inheritdoc cref="IRecordingDisk.ReadManifest"/>
    /// <exception cref="FileNotFoundException">There is no such sealed take.</exception>
    public byte[] ReadManifest(TakeId id) => disk.ReadManifest(Known(id));

    internal void Publish(Catalogue next)
    {
        Volatile.Write(ref current, next);
        Changed?.Invoke();
    }

    private TakeId Known(TakeId id) => Find(id) is null ? throw new FileNotFoundException($"There is no recording {id} on this node.") : id;
}
