using System.Collections.Concurrent;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;

namespace Rig.Tests.Transfer;

/// <summary>A server that answers as a test says, and a journal in memory that outlives the actor.</summary>
internal sealed class ScriptedOffload : IUploadServer, IUploadJournal
{
    private UploadQueue kept = UploadQueue.Empty;

    public ConcurrentQueue<TakeId> Sent { get; } = [];

    public Func<RecordingEntry, UploadProgress, CancellationToken, Task<SendOutcome>> Answer { get; set; } =
        (take, _, _) => Task.FromResult<SendOutcome>(new SendOutcome.Confirmed(take.Sha256, "{}"));

    public Exception? SaveFails { get; set; }

    public UploadQueue Kept => Volatile.Read(ref kept);

    public Task<SendOutcome> SendAsync(RecordingEntry take, UploadProgress progress, CancellationToken cancellationToken)
    {
        Sent.Enqueue(take.Id);
        return Answer(take, progress, cancellationToken);
    }

    public Task<ServerHealth> HealthAsync(CancellationToken cancellationToken) => Task.FromResult(new ServerHealth(true, "healthy", 500, 0, null));

    public UploadQueue Load() => Kept;

    public void Save(UploadQueue queue)
    {
        if (SaveFails is { } failure)
        {
            throw failure;
        }

        Volatile.Write(ref kept, queue);
    }
}
