using Rig.Actors.Recording;
using Rig.Domain.Messages;

namespace Rig.Actors.Gateway;

/// <summary>The whole rig as its coordinator saw it last: written by <see cref="GatewayActor"/> alone, read from any thread without waiting.</summary>
public sealed class PublishedRig(TimeProvider time)
{
    private readonly ChangeSignal changes = new();
    private Seen? newest;

    /// <summary>The coordinator's view, with its age on this node; null before the first.</summary>
    public (SessionProtocol.RigView View, TimeSpan Age)? Current =>
        Volatile.Read(ref newest) is { } seen ? (seen.View, time.GetElapsedTime(seen.Timestamp)) : null;

    /// <summary>Ends at the next change after the call.</summary>
    public Task NextChangeAsync(CancellationToken cancellationToken) => changes.NextAsync(cancellationToken);

    internal void Publish(SessionProtocol.RigView view)
    {
        Volatile.Write(ref newest, new Seen(view, time.GetTimestamp()));
        changes.Raise();
    }

    private sealed record Seen(SessionProtocol.RigView View, long Timestamp);
}
