using Rig.Actors.Pipeline;
using Rig.Actors.Sessions;
using Rig.Ingest.Persistence;
using static Rig.Actors.Pipeline.PipelineEvents;

namespace Rig.Ingest.Status;

/// <summary>What happened to a session, from its pipeline's journal.</summary>
public sealed class SessionHistory(JournalReader journal, ActorSystem system)
{
    private const int MaxEvents = 1000;

    public async Task<HistoryListView> OfAsync(SessionId session, CancellationToken cancellationToken)
    {
        var events = await journal.CurrentEventsAsync(SessionPipelineActor.PersistenceIdOf(session), MaxEvents, system.Serialization, cancellationToken);
        return new HistoryListView([.. events.OfType<IPipelineEvent>().Select(View)]);
    }

    private static HistoryView View(IPipelineEvent @event) => @event switch
    {
        RunQueued queued => new HistoryView("queued", queued.Run, queued.At, Reason: queued.Reason.ToString().ToLowerInvariant(), RecordingIds: [.. queued.Takes.Select(take => take.ToString())]),
        StagePassed passed => new HistoryView("passed", passed.Run, passed.At, NameOf(passed.Stage)),
        StageStopped stopped => new HistoryView("stopped", stopped.Run, stopped.At, NameOf(stopped.Stage), Error: stopped.Error),
        StageRetried retried => new HistoryView("retried", retried.Run, retried.At, NameOf(retried.Stage)),
        _ => new HistoryView("other", @event.Run, @event.At),
    };

    private static string NameOf(PipelineStage stage) => stage.ToString().ToLowerInvariant();
}

/// <param name="Event"><c>queued</c>, <c>passed</c>, <c>stopped</c>, <c>retried</c>, or <c>other</c> from a newer server.</param>
/// <param name="Run">1 for the first time the session was worked on.</param>
public sealed record HistoryView(
    string Event, int Run, DateTimeOffset At, string? Stage = null, string? Reason = null, string? Error = null, IReadOnlyList<string>? RecordingIds = null);

public sealed record HistoryListView(IReadOnlyList<HistoryView> History);
