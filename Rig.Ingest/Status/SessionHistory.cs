using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Ingest.Persistence;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Ingest.Status;

/// <summary>What happened to a session, from its pipeline's journal.</summary>
public sealed class SessionHistory(JournalReader journal, ActorSystem system)
{
    private const int MaxEvents = 1000;

    public async Task<HistoryListView> OfAsync(SessionId session, CancellationToken cancellationToken)
    {
        var events = await journal.CurrentEventsAsync(SessionPipelineActor.PersistenceIdOf(session), MaxEvents, system.Serialization, cancellationToken);
        return new HistoryListView([.. Lines(session, events.OfType<IPipelineEvent>())]);
    }

    /// <summary>Attempts that went on by themselves are left out: the session's stages count them.</summary>
    private static IEnumerable<HistoryView> Lines(SessionId session, IEnumerable<IPipelineEvent> events)
    {
        var state = new SessionPipelineState(session);
        foreach (var @event in events)
        {
            foreach (var line in @event is RunTakenOver old ? TakenOver(old, state) : View(@event) is { } view ? [view] : Array.Empty<HistoryView>())
            {
                yield return line;
            }

            state = state.Apply(@event);
        }
    }

    private static HistoryView? View(IPipelineEvent @event) => @event switch
    {
        RunQueued queued => new HistoryView("queued", queued.Run, queued.At, Reason: queued.Reason.ToString().ToLowerInvariant(), RecordingIds: [.. queued.Takes.Select(take => take.ToString())]),
        StagePassed passed => new HistoryView("passed", passed.Run, passed.At, PipelineStages.NameOf(passed.Stage)),
        StageStopped stopped => new HistoryView("stopped", stopped.Run, stopped.At, PipelineStages.NameOf(stopped.Stage), Error: stopped.Error),
        StageCancelled cancelled => new HistoryView("cancelled", cancelled.Run, cancelled.At, PipelineStages.NameOf(cancelled.Stage), By: cancelled.By),
        StageRetried retried => new HistoryView("retried", retried.Run, retried.At, PipelineStages.NameOf(retried.Stage)),
        StageStarted or StageFailed => null,
        _ => new HistoryView("other", @event.Run, @event.At),
    };

    /// <summary>What the older version had done and not written into the history.</summary>
    private static IEnumerable<HistoryView> TakenOver(RunTakenOver old, SessionPipelineState known)
    {
        var then = known.Apply(old);
        if (then.Run != known.Run)
        {
            yield return new HistoryView(
                "queued", old.Run, old.QueuedAt, Reason: old.Reason.ToString().ToLowerInvariant(), RecordingIds: [.. old.Takes.Select(take => take.ToString())]);
        }

        foreach (var stage in then.Stages)
        {
            if (then.Run == known.Run && known.Stages[(int)stage.Stage].Status == stage.Status)
            {
                continue;
            }

            if (stage.Status == StageStatus.Done)
            {
                yield return new HistoryView("passed", old.Run, stage.EndedAt ?? old.At, PipelineStages.NameOf(stage.Stage));
            }
            else if (stage.Status == StageStatus.Failed)
            {
                yield return new HistoryView("stopped", old.Run, stage.EndedAt ?? old.At, PipelineStages.NameOf(stage.Stage), Error: stage.Error);
            }
        }
    }
}

/// <param name="Event"><c>queued</c>, <c>passed</c>, <c>stopped</c>, <c>cancelled</c>, <c>retried</c>, or <c>other</c> from a newer server.</param>
/// <param name="Run">1 for the first time the session was worked on.</param>
/// <param name="By">Who cancelled.</param>
public sealed record HistoryView(
    string Event, int Run, DateTimeOffset At, string? Stage = null, string? Reason = null, string? Error = null, IReadOnlyList<string>? RecordingIds = null, string? By = null);

public sealed record HistoryListView(IReadOnlyList<HistoryView> History);
