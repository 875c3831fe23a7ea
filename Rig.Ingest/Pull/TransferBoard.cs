using Rig.Domain.Identity;

namespace Rig.Ingest.Pull;

/// <param name="Status"><c>waiting</c>, <c>pulling</c> or <c>confirming</c>.</param>
/// <param name="Progress">Null before the first byte.</param>
public sealed record TransferView(TakeId Id, string NodeUrl, long SizeBytes, string Status, TransferProgress? Progress, int Failures, string? Error);

/// <param name="CameraId">Known for members of the cluster.</param>
public sealed record NodeView(string NodeUrl, string? CameraId, DateTimeOffset SeenAt, string? Problem);

/// <summary>What the pull actor last said of its nodes and transfers; read by the status page from any thread.</summary>
public sealed class TransferBoard
{
    private volatile Page page = new([], [], Paused: false);
    private long pulledBytes;

    public IReadOnlyList<TransferView> Transfers => page.Transfers;

    public IReadOnlyList<NodeView> Nodes => page.Nodes;

    public bool Paused => page.Paused;

    /// <summary>Since start, over all transfers that ended.</summary>
    public long PulledBytes => Interlocked.Read(ref pulledBytes);

    public void Show(IReadOnlyList<TransferView> transfers, IReadOnlyList<NodeView> nodes, bool paused) => page = new Page(transfers, nodes, paused);

    public void AddPulled(long bytes) => Interlocked.Add(ref pulledBytes, bytes);

    private sealed record Page(IReadOnlyList<TransferView> Transfers, IReadOnlyList<NodeView> Nodes, bool Paused);
}
