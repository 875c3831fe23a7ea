using System.Collections.Immutable;

namespace Rig.Tests.Engine.Persistence;

/// <summary>What a test wants of its system's journal; each plan is used once.</summary>
public sealed class JournalScript : IExtension
{
    private readonly Queue<Func<Task<IImmutableList<Exception?>?>>> _writes = new();

    /// <summary>Replays wait for it.</summary>
    public Task BeforeReplay { get; set; } = Task.CompletedTask;

    /// <summary>Replays are lost for ever.</summary>
    public bool IsSilent { get; set; }

    public int Replaying { get; set; }

    public int MostReplaying { get; set; }

    /// <summary>The numbers of events in each atomic write, in the order the journal saw them.</summary>
    public List<int> Sizes { get; } = [];

    public void NextWrite(Func<Task<IImmutableList<Exception?>?>> plan)
    {
        lock (_writes)
            _writes.Enqueue(plan);
    }

    public bool TryTakeWrite(out Func<Task<IImmutableList<Exception?>?>> plan)
    {
        lock (_writes)
            return _writes.TryDequeue(out plan!);
    }
}

public sealed class JournalScriptId : ExtensionIdProvider<JournalScript>
{
    public override JournalScript CreateExtension(ExtendedActorSystem system) => new();
}

/// <summary>The in-memory journal, made slow, silent or broken by the system's <see cref="JournalScript"/>.</summary>
public sealed class ScriptedJournal : MemoryJournal
{
    private readonly JournalScript _script = Context.System.WithExtension<JournalScript, JournalScriptId>();

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        if (_script.IsSilent)
            await Task.Delay(Timeout.Infinite);
        lock (_script)
            _script.MostReplaying = Math.Max(_script.MostReplaying, ++_script.Replaying);
        await _script.BeforeReplay;
        lock (_script)
            _script.Replaying--;
        await base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, recoveryCallback);
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var writes = messages.ToList();
        lock (_script.Sizes)
            _script.Sizes.AddRange(writes.Select(write => write.Size));
        if (!_script.TryTakeWrite(out var plan))
            return await base.WriteMessagesAsync(writes);
        // The base needs the actor's turn, so what is accepted is written before the plan is awaited.
        var answer = plan();
        if (answer.IsFaulted)
            return await answer;
        var results = answer.IsCompletedSuccessfully ? answer.Result : null;
        await base.WriteMessagesAsync(writes.Where((_, index) => results?[index] is null));
        return await answer;
    }
}
