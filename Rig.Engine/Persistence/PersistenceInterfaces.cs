using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

public interface IPersistentIdentity
{
    /// <summary>Names the actor's history in the journal; no two living actors may share one.</summary>
    string PersistenceId { get; }

    /// <summary>The section of the journal to use; empty for <c>akka.persistence.journal.plugin</c>.</summary>
    string JournalPluginId { get; }

    /// <summary>The section of the snapshot store to use; empty for <c>akka.persistence.snapshot-store.plugin</c>.</summary>
    string SnapshotPluginId { get; }
}

public interface IPersistenceRecovery
{
    Recovery Recovery { get; }
}

public interface IPersistenceStash : IWithUnboundedStash
{
    IStashOverflowStrategy InternalStashOverflowStrategy { get; }
}

/// <summary>What happens to a command when as many as <c>Props.WithStashCapacity</c> allows wait for a write already.</summary>
public interface IStashOverflowStrategy;

/// <summary>The actor fails.</summary>
public class ThrowOverflowExceptionStrategy : IStashOverflowStrategy
{
    private ThrowOverflowExceptionStrategy()
    {
    }

    public static ThrowOverflowExceptionStrategy Instance { get; } = new();
}

/// <summary>The command becomes a dead letter.</summary>
public class DiscardToDeadLetterStrategy : IStashOverflowStrategy
{
    private DiscardToDeadLetterStrategy()
    {
    }

    public static DiscardToDeadLetterStrategy Instance { get; } = new();
}

internal interface IStashOverflowStrategyConfigurator
{
    IStashOverflowStrategy Create();
}

internal sealed class ThrowExceptionConfigurator : IStashOverflowStrategyConfigurator
{
    public IStashOverflowStrategy Create() => ThrowOverflowExceptionStrategy.Instance;
}

internal sealed class DiscardConfigurator : IStashOverflowStrategyConfigurator
{
    public IStashOverflowStrategy Create() => DiscardToDeadLetterStrategy.Instance;
}
