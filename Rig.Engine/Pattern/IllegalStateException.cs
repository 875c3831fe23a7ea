using Rig.Engine.Actor;

namespace Rig.Engine.Pattern;

/// <summary>Something was asked for at a time when it may not be.</summary>
public class IllegalStateException(string message) : AkkaException(message);
