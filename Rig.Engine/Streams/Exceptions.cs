namespace Rig.Engine.Streams;

/// <summary>The stream's actor was stopped before the stream had ended.</summary>
public sealed class AbruptStageTerminationException : Exception
{
    internal AbruptStageTerminationException(string stage)
        : base($"The stream was stopped while its stage {stage} was still running, by its materializer or because the actor system ended.")
    {
    }
}

/// <summary>Something was asked of a stream that has ended.</summary>
public class StreamDetachedException : Exception
{
    public StreamDetachedException()
        : base("The stream has ended; what it gave when it was made leads nowhere now.")
    {
    }
}

/// <summary>A buffer that must not drop anything was full.</summary>
public class BufferOverflowException : Exception
{
    public BufferOverflowException(string message)
        : base(message)
    {
    }
}

/// <summary>A stream that had to bring an element ended without one.</summary>
public class NoSuchElementException : Exception
{
    public NoSuchElementException(string message)
        : base(message)
    {
    }
}
