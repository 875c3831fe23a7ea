namespace Rig.Domain.Messages;

/// <summary>Marks what travels between nodes, as JSON under a short name (<see cref="WireJson"/>).</summary>
public interface IRigMessage;
