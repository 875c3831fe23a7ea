using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>What a camera keeps on its disk of the session that it recorded last, so that it knows after a loss of power whether recording was to go on.</summary>
/// <param name="TakeId">The camera's newest take in the session.</param>
/// <param name="SessionCameras">All cameras that were asked to record it.</param>
public sealed record SessionNote(TakeId TakeId, IReadOnlyList<CameraId> SessionCameras, SessionNoteState State)
{
    public SessionId SessionId => TakeId.SessionId;
}

/// <summary>The names are stored.</summary>
public enum SessionNoteState
{
    /// <summary>Nobody ordered a stop.</summary>
    Recording,

    /// <summary>This camera alone was stopped by order; the others may go on.</summary>
    StoppedHere,

    /// <summary>The session was stopped for all cameras.</summary>
    Ended,
}

/// <summary>Where the <see cref="SessionNote"/> lies. Calls may take as long as the disk does; none is made on an actor's thread.</summary>
public interface ISessionNoteFile
{
    /// <returns>Null where there is none that can be read.</returns>
    SessionNote? Read();

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="IOException">The note that was there before may still be there.</exception>
    void Write(SessionNote note);

    /// <summary>When the take's last frame that is on the disk was taken, by the node's wall clock; null where there is none.</summary>
    DateTimeOffset? LastFrameAt(TakeId id);
}
