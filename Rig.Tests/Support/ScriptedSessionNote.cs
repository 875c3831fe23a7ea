using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.Tests.Support;

/// <summary>A camera's note of its session, in memory.</summary>
public sealed class ScriptedSessionNote : ISessionNoteFile
{
    public SessionNote? Note { get; set; }

    public DateTimeOffset? LastFrame { get; set; }

    public SessionNote? Read() => Note;

    public void Write(SessionNote note) => Note = note;

    public DateTimeOffset? LastFrameAt(TakeId id) => LastFrame;
}
