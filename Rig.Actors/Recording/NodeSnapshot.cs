using Rig.Actors.Timing;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>
/// The node at one moment, all of it from one look: what <see cref="CameraActor"/> concluded, and what it concluded that from. Immutable.
/// </summary>
/// <param name="Report">As the rig is told; its problems are the guards' only judgement of this moment.</param>
/// <param name="Sync">The clock as it was judged; for conversions between the clocks <see cref="Timing.MasterClock"/> is asked.</param>
public sealed record NodeSnapshot(NodeReport Report, CameraStatus Camera, StorageStatus Storage, SensorReading Sensors, SyncStatus Sync)
{
    /// <summary>Reasons against a start and warnings, worst first.</summary>
    public IReadOnlyList<Problem> Problems => Report.Problems;

    /// <summary>A take of a session is under way, from the order to start until it is sealed.</summary>
    public bool IsRecording => Report.Phase != NodePhase.Idle;
}

/// <summary>
/// The newest <see cref="NodeSnapshot"/>, for everything in the process that only wants to look: written by <see cref="CameraActor"/> alone,
/// at every change and twice a second, read from any thread without waiting.
/// </summary>
public sealed class PublishedNode
{
    private readonly ChangeSignal changes = new();
    private NodeSnapshot? current;

    /// <summary>Null until the node's actors run.</summary>
    public NodeSnapshot? Current => Volatile.Read(ref current);

    /// <inheritdoc cref="NodeSnapshot.IsRecording"/>
    public bool IsRecording => Current is { IsRecording: true };

    /// <summary>Ends at the next change after the call.</summary>
    public Task NextChangeAsync(CancellationToken cancellationToken) => changes.NextAsync(cancellationToken);

    internal void Publish(NodeSnapshot next)
    {
        Volatile.Write(ref current, next);
        changes.Raise();
    }
}

/// <summary>Wakes all who wait for a change.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task NextAsync(CancellationToken cancellationToken) => Volatile.Read(ref next).Task.WaitAsync(cancellationToken);

    public void Raise() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
