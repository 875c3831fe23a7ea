namespace Rig.Actors.Recording;

/// <summary>The camera's <see cref="SessionNote"/>: read once when this is made, written one after the other on the thread pool.</summary>
public sealed class SessionNotes
{
    private readonly ISessionNoteFile file;
    private readonly SerialWork work = new();

    /// <param name="resumeWithin">The longest time without frames after which a session goes on by itself; zero never lets it.</param>
    public SessionNotes(ISessionNoteFile file, TimeSpan resumeWithin)
    {
        (this.file, ResumeWithin) = (file, resumeWithin);
        AtStart = file.Read();
        Found = AtStart is { State: SessionNoteState.Recording } note && file.LastFrameAt(note.TakeId) is { } last ? new CutOffTake(note, last) : null;
    }

    /// <summary>The note as it was when this process began; null where there was none.</summary>
    public SessionNote? AtStart { get; }

    /// <summary>What the process before this one was recording; null where that was nothing.</summary>
    public CutOffTake? Found { get; }

    public TimeSpan ResumeWithin { get; }

    /// <summary>Completes when the note is durable, fails with what the disk said.</summary>
    public Task<SessionNote> Keep(SessionNote note) => work.Run(() =>
    {
        file.Write(note);
        return note;
    });
}
