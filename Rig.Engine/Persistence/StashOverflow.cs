namespace Rig.Engine.Persistence;

/// <summary>What happens to a command when as many as <c>Props.WithStashCapacity</c> allows wait for a write already.</summary>
internal enum StashOverflow
{
    /// <summary>The actor fails.</summary>
    Throw,

    /// <summary>The command becomes a dead letter.</summary>
    Discard,
}

internal interface IStashOverflowStrategyConfigurator
{
    StashOverflow Strategy { get; }
}

internal sealed class ThrowExceptionConfigurator : IStashOverflowStrategyConfigurator
{
    public StashOverflow Strategy => StashOverflow.Throw;
}

internal sealed class DiscardConfigurator : IStashOverflowStrategyConfigurator
{
    public StashOverflow Strategy => StashOverflow.Discard;
}
