using System.Collections.Immutable;
using Akka.Persistence.Journal;

namespace Rig.Tests.Pipeline;

/// <summary>Writes that a test wants to fail, in its system's <see cref="FailingJournal"/>.</summary>
public sealed class JournalFaults : IExtension
{
    private Exception? next;

    public static JournalFaults Of(ActorSystem system) => system.WithExtension<JournalFaults, Id>();

    public void FailNextWrite(Exception cause) => Interlocked.Exchange(ref next, cause);

    public Exception? Take() => Interlocked.Exchange(ref next, null);

    private sealed class Id : ExtensionIdProvider<JournalFaults>
    {
        public override JournalFaults CreateExtension(ExtendedActorSystem system) => new();
    }
}

/// <summary>Akka.NET's journal in memory, which fails where <see cref="JournalFaults"/> says so.</summary>
public sealed class FailingJournal : MemoryJournal
{
    private readonly JournalFaults faults = JournalFaults.Of(Context.System);

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken) =>
        faults.Take() is { } cause ? Task.FromException<IImmutableList<Exception>>(cause) : base.WriteMessagesAsync(messages, cancellationToken);
}
