using System.IO.MemoryMappedFiles;

namespace Rig.Tests.Faults;

/// <summary>
/// What a recorder host handed to the recorder and when, in shared memory that outlives the host: the frames of the take that runs,
/// and which takes were acknowledged.
/// </summary>
internal sealed class HandedFrames : IDisposable
{
    private const int MaxFrames = 4096;
    private const int TakeAt = 0, FramesAt = 8, SealedAt = 16, DurableAt = 24, TakenAt = 32, StampsAt = 40;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    internal HandedFrames(string path)
    {
        const int bytes = StampsAt + (MaxFrames * sizeof(long));
        file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, bytes);
        view = file.CreateViewAccessor(0, bytes);
    }

    /// <summary>Number of the take that runs; 0 before the first.</summary>
    internal long Take => view.ReadInt64(TakeAt);

    internal long Frames => view.ReadInt64(FramesAt);

    /// <summary>Highest take whose end was acknowledged as on disk.</summary>
    internal long SealedTake { get => view.ReadInt64(SealedAt); set => view.Write(SealedAt, value); }

    /// <summary>Highest take whose start was acknowledged as on disk.</summary>
    internal long DurableTake { get => view.ReadInt64(DurableAt); set => view.Write(DurableAt, value); }

    /// <summary>How many frames of the running take the recorder had taken from its queue for sure.</summary>
    internal long Taken { get => view.ReadInt64(TakenAt); set => view.Write(TakenAt, value); }

    internal void Clear()
    {
        Taken = 0;
        view.Write(FramesAt, 0L);
        view.Write(TakeAt, 0L);
        SealedTake = DurableTake = 0;
    }

    internal void BeginTake(long take)
    {
        Taken = 0;
        view.Write(FramesAt, 0L);
        view.Write(TakeAt, take);
    }

    internal void Add(long monotonicNs)
    {
        var count = Frames;
        view.Write(StampsAt + (count * sizeof(long)), monotonicNs);
        view.Write(FramesAt, count + 1);
    }

    /// <summary>How many frames of the running take had been handed over by then.</summary>
    internal int HandedBy(long monotonicNs)
    {
        var count = 0;
        for (var frames = Frames; count < frames && view.ReadInt64(StampsAt + (count * sizeof(long))) <= monotonicNs; count++)
        {
        }

        return count;
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
