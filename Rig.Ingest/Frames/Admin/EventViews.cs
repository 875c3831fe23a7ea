namespace Rig.Ingest.Frames;

/// <param name="EventId">A UUID.</param>
/// <param name="Images">Roles of the pictures that are there.</param>
internal sealed record FrameEventView(
    string EventId, string DeviceId, string DeviceName, string EventType, double? Confidence, int? PersonCount, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Summary, string? OperatorNote,
    IReadOnlyList<string> Images);

internal sealed record FrameEventListView(IReadOnlyList<FrameEventView> Events);

/// <param name="Details">Why it was decided; null for what a device reported by itself.</param>
internal sealed record FrameEventDetailView(FrameEventView Event, EventDetails? Details);

/// <param name="HasPicture">Its file is still there.</param>
internal sealed record CaptureView(
    string CaptureId, string DeviceId, long Seq, DateTimeOffset CapturedAt, DateTimeOffset ReceivedAt, int Width, int Height, long ByteSize, string AnalysisStatus, string? AnalysisError, double? Score, bool HasPicture);

internal sealed record CaptureListView(IReadOnlyList<CaptureView> Captures);
