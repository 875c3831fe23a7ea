using Rig.Domain.Messages;

namespace Rig.Actors.Recording;

/// <summary>
/// The newest picture of this node and of the whole rig, for everything in the process that only wants to look: written by the
/// actors, read from any thread.
/// </summary>
public sealed class RigBoard(TimeProvider time)
{
    private NodeReport? node;
    private Seen? rig;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null until the node's actors run.</summary>
    public NodeReport? Node
    {
        get => Volatile.Read(ref node);
        set
        {
            Volatile.Write(ref node, value);
            Notify();
        }
    }

    /// <summary>The coordinator's view, with its age on this node; null before the first.</summary>
    public (SessionProtocol.RigView View, TimeSpan Age)? Rig =>
        Volatile.Read(ref rig) is { } seen ? (seen.View, time.GetElapsedTime(seen.Timestamp)) : null;

    public void SetRig(SessionProtocol.RigView view)
    {
        Volatile.Write(ref rig, new Seen(view, time.GetTimestamp()));
        Notify();
    }

    /// <summary>Ends at the next change after the call.</summary>
    public Task NextChangeAsync(CancellationToken cancellationToken) => Volatile.Read(ref changed).Task.WaitAsync(cancellationToken);

    private void Notify() =>
        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private sealed record Seen(SessionProtocol.RigView View, long Timestamp);
}
