namespace Rig.Ingest.Frames;

/// <summary>What the analysis of a device goes on from: the machine's state and the pictures that it compares with.</summary>
/// <param name="Baseline">Null before the first picture, as is <paramref name="Previous"/>.</param>
internal sealed record DeviceMemory(DeltaState State, LuminanceGrid? Baseline, LuminanceGrid? Previous)
{
    public static readonly DeviceMemory Empty = new(DeltaState.Start, null, null);

    public byte[] GridBytes() => Baseline is null || Previous is null ? [] : [.. Baseline.Values, .. Previous.Values];

    /// <summary>A state without the grids that it needs starts over, after the frames that it has seen.</summary>
    public static DeviceMemory Of(DeltaState state, byte[] grids) => grids.Length == 2 * LuminanceGrid.Cells
        ? new DeviceMemory(state, new LuminanceGrid(grids[..LuminanceGrid.Cells]), new LuminanceGrid(grids[LuminanceGrid.Cells..]))
        : new DeviceMemory(DeltaState.Start with { LastSeq = state.LastSeq, LastAt = state.LastAt }, null, null);
}

/// <summary>An analysed picture, to be committed as a whole.</summary>
internal sealed record FrameResult(DeviceMemory Memory, DeltaDecision Decision, IReadOnlyList<StoredImage> Images, double Score, int? PersonCount, DeviceSetting Setting);

/// <summary>An event's picture that is durable on disk.</summary>
internal sealed record StoredImage(Guid EventId, string Role, Guid Capture, string Uri);
