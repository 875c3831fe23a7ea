namespace Rig.Tests.EndToEnd;

/// <summary>Whole rigs of real processes on the demo's fixed loopback addresses: one at a time, with nothing beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndTests
{
    public const string Name = "End to end";
}
