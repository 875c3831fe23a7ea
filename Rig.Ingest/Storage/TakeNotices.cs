using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>Tells the pipeline, within this process, that a session has a new take. Raised after the receipt is committed, on any thread.</summary>
public sealed class TakeNotices
{
    public event Action<SessionId>? Received;

    public void Raise(SessionId session) => Received?.Invoke(session);
}
