namespace Rig.Actors.Recording;

/// <summary>
/// Who seals takes tells of them here, and <see cref="StorageActor"/> hears. A take is whole on the disk before it is told: one that
/// is told while nobody hears, because the actor is being restarted, is met when the disk is read again.
/// </summary>
public sealed class SealedTakes
{
    /// <summary>On any thread.</summary>
    public event Action<RecordingEntry>? Sealed;

    /// <summary>Never waits.</summary>
    public void Announce(RecordingEntry take) => Sealed?.Invoke(take);
}

/// <summary>What <see cref="StorageActor"/> works with.</summary>
/// <param name="Catalogue">Where it publishes.</param>
public sealed record StoragePorts(IRecordingDisk Disk, StorageSettings Settings, RecordingCatalogue Catalogue, SealedTakes Sealed, TimeProvider Time);
