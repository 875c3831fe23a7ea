namespace Rig.Engine.Remote.Wire;

/// <summary>The peer sent bytes that are no message of this protocol. The only exception that decoders throw on bad input.</summary>
internal sealed class WireFormatException : Exception
{
    public WireFormatException(string message)
        : base(message)
    {
    }
}
