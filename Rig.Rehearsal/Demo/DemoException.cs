namespace Rig.Rehearsal.Demo;

/// <summary>The demo cannot go on; the message is for the person at the terminal.</summary>
public sealed class DemoException : Exception
{
    public DemoException(string message)
        : base(message)
    {
    }

    public DemoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
