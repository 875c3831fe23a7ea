namespace Rig.Actors.Wire;

/// <summary>Marks what travels between nodes; <see cref="RigSerializer"/> is bound to it.</summary>
public interface IRigMessage;
